package io.redissync.protocol.psync;

/** Which offset {@code REPLCONF ACK} tells the source. */
public enum AckMode {
    /** What the last {@link ReplicaLink#acknowledge} said: it is on the target. */
    CHECKPOINTED("checkpointed"),
    /** What is in the spool. */
    RECEIVED("received");

    private final String text;

    AckMode(String text) {
        this.text = text;
    }

    /** As it stands in options. */
    @Override
    public String toString() {
        return text;
    }
}

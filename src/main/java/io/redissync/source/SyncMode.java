package io.redissync.source;

/** How much of a shard is carried over. */
public enum SyncMode {
    /** The snapshot, then every write, for ever. */
    FULL_AND_STREAM("full+stream"),
    /** The snapshot; the job ends by itself when it is applied. */
    FULL("full"),
    /** Every write from now on, without the data that is there already. */
    STREAM("stream");

    private final String text;

    SyncMode(String text) {
        this.text = text;
    }

    public boolean isBounded() {
        return this == FULL;
    }

    /** As it stands in options. */
    @Override
    public String toString() {
        return text;
    }
}

package io.redissync.protocol.psync;

/** Which offset {@code REPLCONF ACK} tells the source. */
public enum AckMode {
    /** What the last {@link ReplicaLink#acknowledge} said: it is on the target. */
    CHECKPOINTED,
    /** What is in the spool. */
    RECEIVED
}

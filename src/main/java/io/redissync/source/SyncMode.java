package io.redissync.source;

/** How much of a shard is carried over. */
public enum SyncMode {
    /** The snapshot, then every write, for ever. */
    FULL_AND_STREAM,
    /** The snapshot; the job ends by itself when it is applied. */
    FULL,
    /** Every write from now on, without the data that is there already. */
    STREAM;

    public boolean isBounded() {
        return this == FULL;
    }
}

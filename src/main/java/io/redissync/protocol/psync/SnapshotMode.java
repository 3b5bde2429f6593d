package io.redissync.protocol.psync;

/** What becomes of the RDB of a full resync. */
public enum SnapshotMode {
    /** It is spooled. */
    KEEP,
    /** It is received and thrown away: only the stream behind it is wanted. */
    DISCARD
}

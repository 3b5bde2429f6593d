package io.redissync.protocol.psync;

/** What becomes of the RDB of a full resync. */
public enum SnapshotMode {
    /** It is spooled. */
    KEEP,
    /** It is spooled, and the link leaves the source behind it: the stream is not wanted. */
    ONLY,
    /** It is received and thrown away: only the stream behind it is wanted. */
    DISCARD
}

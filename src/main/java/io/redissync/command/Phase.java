package io.redissync.command;

/** The two phases of a history; every snapshot position lies before every stream position. */
public enum Phase {
    /** The RDB: a position's offset counts bytes of the RDB. */
    SNAPSHOT,
    /** The commands after it: a position's offset is the replication offset of the source. */
    STREAM
}

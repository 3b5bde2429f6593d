package io.redissync.protocol.psync;

/** What a {@link ReplicaLink} is doing. */
public enum LinkState {
    CONNECTING,
    HANDSHAKE,
    /** Connected; waits for its turn to ask for a full resync. */
    WAITING_FOR_PERMIT,
    /** Asked for a full resync, or receives the RDB. */
    SNAPSHOT,
    STREAM,
    /** Not connected; tries again after a while. */
    BACKOFF,
    /** Bytes wait for room in the spool or on its disk. */
    SPOOL_FULL,
    /** Ended by an error that trying again does not cure. */
    FAILED,
    CLOSED
}

package io.redissync.protocol.rdb;

/** Whose numbers an RDB uses: value types from 22 on and opcode 243 differ between the two. */
public enum RdbFlavor {
    /** Magic {@code REDIS} and four digits. */
    REDIS,
    /** Magic {@code VALKEY} and three digits. */
    VALKEY
}

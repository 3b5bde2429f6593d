package io.redissync.protocol.rdb;

import io.redissync.command.SnapshotEntry;

/** One thing that an RDB holds; the arrays are shared and must not be changed. */
public sealed interface RdbItem {

    /** A key of a db with its value, expiry and eviction data. */
    record Key(int db, SnapshotEntry entry) implements RdbItem {}

    /** A function library's source code (opcode 245), as FUNCTION LOAD takes it. */
    @SuppressWarnings("ArrayRecordComponent") // Bytes handed on once; nobody compares them.
    record Function(byte[] library) implements RdbItem {}

    /**
     * An auxiliary field (opcode 250): {@code redis-ver}, {@code repl-stream-db}, {@code lua} (a
     * script's body) and others; unknown ones are to be ignored.
     */
    @SuppressWarnings("ArrayRecordComponent") // Bytes handed on once; nobody compares them.
    record Aux(String name, byte[] value) implements RdbItem {}

    /**
     * Data that a module keeps beside the keys (opcode 247); its content is skipped.
     *
     * @param moduleName the nine characters of the module type's name
     * @param when 1 before the keys, 2 after them (redismodule.h, REDISMODULE_AUX_*)
     */
    record ModuleAux(String moduleName, long when) implements RdbItem {}

    /** How many keys of a db follow, and how many of them expire (opcode 251); a hint. */
    record DbSize(int db, long keys, long expires) implements RdbItem {}
}

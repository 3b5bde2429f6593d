package io.redissync.command;

import java.util.Arrays;
import java.util.Objects;

/**
 * One key of a snapshot with its value as it stands in the RDB; the arrays are shared and must not
 * be changed.
 *
 * @param key the key
 * @param type the RDB's value type (rdb.h, RDB_TYPE_*; what a number means depends on the magic)
 * @param value the value's bytes behind the key, as they stand in the RDB
 * @param rdbVersion version of the RDB that they stand in, which the RESTORE payload names
 * @param expireAtMillis Unix time in milliseconds at which the key expires, or {@link #NONE}
 * @param idleSeconds LRU idle time in seconds, or {@link #NONE}
 * @param frequency LFU counter (0 to 255), or {@link #NONE}
 */
// Shared arrays are the point: a value is not copied on its way.
@SuppressWarnings("ArrayRecordComponent")
public record SnapshotEntry(
        byte[] key,
        int type,
        byte[] value,
        int rdbVersion,
        long expireAtMillis,
        long idleSeconds,
        int frequency) {

    /** Stands for an expiry, idle time or frequency that the entry does not have. */
    public static final int NONE = -1;

    public SnapshotEntry {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(value, "value");
    }

    public boolean expires() {
        return expireAtMillis != NONE;
    }

    /** The same entry under another key. */
    public SnapshotEntry withKey(byte[] newKey) {
        return new SnapshotEntry(
                newKey, type, value, rdbVersion, expireAtMillis, idleSeconds, frequency);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SnapshotEntry that
                && type == that.type
                && rdbVersion == that.rdbVersion
                && expireAtMillis == that.expireAtMillis
                && idleSeconds == that.idleSeconds
                && frequency == that.frequency
                && Arrays.equals(key, that.key)
                && Arrays.equals(value, that.value);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(key) * 31 + Arrays.hashCode(value);
    }

    @Override
    public String toString() {
        return "key "
                + Texts.printable(key, 64)
                + " (type "
                + type
                + ", "
                + value.length
                + " bytes)";
    }
}

package io.redissync.protocol.rdb;

import io.redissync.command.SnapshotEntry;

/**
 * The payload that RESTORE takes: value type, value as in the RDB, RDB version (u16, little-endian)
 * and CRC-64 over all of them (u64, little-endian).
 */
public final class RestorePayload {

    /** Bytes around the value: type, version and checksum. */
    public static final int OVERHEAD = 1 + 2 + 8;

    private RestorePayload() {}

    /**
     * Bytes of the payload.
     *
     * @throws IllegalArgumentException when they do not fit a Java array
     */
    public static int lengthOf(SnapshotEntry entry) {
        if (entry.value().length > RdbBuffer.MAX_LENGTH - OVERHEAD) {
            throw new IllegalArgumentException(
                    "RESTORE payload of "
                            + entry
                            + " does not fit one command (expected: at most "
                            + (RdbBuffer.MAX_LENGTH - OVERHEAD)
                            + " bytes)");
        }
        return entry.value().length + OVERHEAD;
    }

    /** The payload in an array of its own. */
    public static byte[] of(SnapshotEntry entry) {
        byte[] payload = new byte[lengthOf(entry)];
        write(entry, payload, 0);
        return payload;
    }

    /**
     * Writes the payload into a buffer.
     *
     * @return number of bytes written, {@link #lengthOf}
     */
    public static int write(SnapshotEntry entry, byte[] dst, int off) {
        int length = lengthOf(entry);
        byte[] value = entry.value();
        int at = off;
        dst[at++] = (byte) entry.type();
        System.arraycopy(value, 0, dst, at, value.length);
        at += value.length;
        dst[at++] = (byte) entry.rdbVersion();
        dst[at++] = (byte) (entry.rdbVersion() >>> 8);
        long crc = Crc64.update(0, dst, off, at - off);
        for (int i = 0; i < 8; i++) {
            dst[at++] = (byte) (crc >>> (8 * i));
        }
        return length;
    }
}

package io.redissync.protocol.psync;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Layout of a segment file, big-endian.
 *
 * <p>Header: u32 magic {@code RSSP}, u16 format version, u8 kind, u8 zero, u64 history id, u64
 * position of the first byte. Frames: u32 length, u32 CRC32C over what follows, u64 arrival as Unix
 * milliseconds, the bytes.
 */
final class SpoolFormat {

    static final int MAGIC = 0x52535350;
    static final short VERSION = 1;
    static final int HEADER_BYTES = 24;
    static final int FRAME_HEADER_BYTES = 16;

    /** A reader holds one frame in memory, so this bounds its memory. */
    static final int MAX_FRAME_BYTES = 1 << 20;

    private SpoolFormat() {}

    /** Sorts as the positions do. */
    static String fileName(SpoolLog.Kind kind, long start) {
        return String.format("%s-%020d.spool", kind.name().toLowerCase(Locale.ROOT), start);
    }

    /** What {@link #fileName} gives, with the position as the first group. */
    static Pattern fileNames(SpoolLog.Kind kind) {
        return Pattern.compile(kind.name().toLowerCase(Locale.ROOT) + "-([0-9]{20})\\.spool");
    }

    static ByteBuffer header(SpoolLog.Kind kind, long historyId, long start) {
        return ByteBuffer.allocate(HEADER_BYTES)
                .putInt(MAGIC)
                .putShort(VERSION)
                .put(kind.code)
                .put((byte) 0)
                .putLong(historyId)
                .putLong(start)
                .flip();
    }

    static void checkHeader(
            FileChannel channel, Path file, SpoolLog.Kind kind, long historyId, long start)
            throws IOException {
        ByteBuffer found = ByteBuffer.allocate(HEADER_BYTES);
        readFully(channel, found, 0, file, start);
        if (!found.equals(header(kind, historyId, start))) {
            throw new SpoolCorruptException(
                    file,
                    start,
                    "another header than the one of format version "
                            + VERSION
                            + ", "
                            + kind
                            + ", history "
                            + Long.toHexString(historyId)
                            + ", start "
                            + start);
        }
    }

    /** Fills the buffer from the place in the file and flips it. */
    static void readFully(
            FileChannel channel, ByteBuffer into, long place, Path file, long position)
            throws IOException {
        long at = place;
        while (into.hasRemaining()) {
            int n = channel.read(into, at);
            if (n < 0) {
                throw new SpoolCorruptException(
                        file, position, "the file ends at byte " + at + " (expected: a frame)");
            }
            at += n;
        }
        into.flip();
    }
}

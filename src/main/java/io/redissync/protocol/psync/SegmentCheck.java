package io.redissync.protocol.psync;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * How much of a segment file, which somebody else wrote and may still write, can be believed.
 *
 * @param file the segment
 * @param start position of its first byte
 * @param end position behind its last whole and right frame
 * @param fileBytes length of the file up to there
 * @param problem what follows instead of the end of the file, if something does
 */
record SegmentCheck(Path file, long start, long end, long fileBytes, Optional<String> problem) {

    private static final int READ_AHEAD = 1 << 20;

    /** Reads the whole file; one that has gone meanwhile holds nothing. */
    static SegmentCheck of(Path file, SpoolLog.Kind kind, long historyId, long start)
            throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), READ_AHEAD)) {
            return read(file, in, SpoolFormat.header(kind, historyId, start), start);
        } catch (NoSuchFileException e) {
            return new SegmentCheck(file, start, start, 0, Optional.of("it has gone"));
        }
    }

    private static SegmentCheck read(Path file, InputStream in, ByteBuffer expected, long start)
            throws IOException {
        ByteBuffer header = ByteBuffer.wrap(in.readNBytes(SpoolFormat.HEADER_BYTES));
        if (!header.equals(expected)) {
            return new SegmentCheck(file, start, start, 0, Optional.of("another header"));
        }
        long end = start;
        long bytes = SpoolFormat.HEADER_BYTES;
        byte[] frame = new byte[0];
        CRC32C crc = new CRC32C();
        while (true) {
            ByteBuffer frameHeader = ByteBuffer.wrap(in.readNBytes(SpoolFormat.FRAME_HEADER_BYTES));
            if (!frameHeader.hasRemaining()) {
                return new SegmentCheck(file, start, end, bytes, Optional.empty());
            }
            if (frameHeader.remaining() < SpoolFormat.FRAME_HEADER_BYTES) {
                return broken(file, start, end, bytes, "a torn frame");
            }
            int length = frameHeader.getInt(0);
            if (length <= 0 || length > SpoolFormat.MAX_FRAME_BYTES) {
                return broken(file, start, end, bytes, "frame length " + length);
            }
            if (frame.length < length) {
                frame = new byte[Math.max(length, 64 << 10)];
            }
            if (in.readNBytes(frame, 0, length) < length) {
                return broken(file, start, end, bytes, "a torn frame");
            }
            crc.reset();
            crc.update(frameHeader.array(), 8, 8);
            crc.update(frame, 0, length);
            if ((int) crc.getValue() != frameHeader.getInt(4)) {
                return broken(file, start, end, bytes, "a frame with a wrong checksum");
            }
            end += length;
            bytes += SpoolFormat.FRAME_HEADER_BYTES + length;
        }
    }

    private static SegmentCheck broken(
            Path file, long start, long end, long bytes, String problem) {
        return new SegmentCheck(file, start, end, bytes, Optional.of(problem));
    }
}

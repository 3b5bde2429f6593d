package io.redissync.protocol.psync;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32C;

/** Reads a {@link SpoolLog} from a position on, frame by frame and verified, without waiting. */
public final class SpoolCursor implements Closeable {

    private final SpoolLog log;
    private final CRC32C crc = new CRC32C();
    private final ByteBuffer frameHeader = ByteBuffer.allocate(SpoolFormat.FRAME_HEADER_BYTES);

    /** The verified rest of the current frame. */
    private ByteBuffer frame = ByteBuffer.allocate(0);

    private SpoolLog.Segment segment;
    private FileChannel channel;

    /** Place in the file and position of the next frame. */
    private long nextPlace;

    private long nextFrame;

    private long position;
    private long arrivalMillis;

    SpoolCursor(SpoolLog log, long from) {
        this.log = log;
        this.position = from;
    }

    /** Position of the next byte that {@link #read} gives. */
    public long position() {
        return position;
    }

    /** When the bytes of the last {@link #read} arrived, Unix time; 0 before the first. */
    public long arrivalMillis() {
        return arrivalMillis;
    }

    /**
     * Reads bytes of one frame.
     *
     * @return number of bytes, 0 when there is nothing now, -1 at the end of a sealed log
     * @throws SpoolCorruptException when the bytes on disk are not those that were written
     * @throws SpoolClosedException when the log was closed
     */
    public int read(byte[] dst, int off, int len) throws IOException {
        if (!frame.hasRemaining()) {
            // Sealed first: an end that is read before could miss the last bytes.
            boolean sealed = log.sealed();
            log.checkOpen(position);
            if (position >= log.end()) {
                return sealed ? -1 : 0;
            }
            nextFrame();
        }
        int n = Math.min(len, frame.remaining());
        frame.get(dst, off, n);
        position += n;
        return n;
    }

    private void nextFrame() throws IOException {
        if (segment == null || nextFrame >= segment.end) {
            openSegment();
        }
        readHeader();
        // A cursor can begin inside a segment: step over whole frames before it.
        while (nextFrame + frameHeader.getInt(0) <= position) {
            int length = frameHeader.getInt(0);
            nextPlace += SpoolFormat.FRAME_HEADER_BYTES + length;
            nextFrame += length;
            readHeader();
        }
        int length = frameHeader.getInt(0);
        if (frame.capacity() < length) {
            frame = ByteBuffer.allocate(Math.min(SpoolFormat.MAX_FRAME_BYTES, roundUp(length)));
        }
        frame.clear().limit(length);
        try {
            SpoolFormat.readFully(
                    channel,
                    frame,
                    nextPlace + SpoolFormat.FRAME_HEADER_BYTES,
                    segment.file,
                    nextFrame);
            crc.reset();
            crc.update(frameHeader.array(), 8, 8);
            crc.update(frame.array(), 0, length);
            if ((int) crc.getValue() != frameHeader.getInt(4)) {
                throw new SpoolCorruptException(
                        segment.file,
                        nextFrame,
                        "checksum "
                                + Integer.toHexString((int) crc.getValue())
                                + " (expected: "
                                + Integer.toHexString(frameHeader.getInt(4))
                                + ")");
            }
        } catch (IOException e) {
            frame.clear().limit(0);
            throw e;
        }
        arrivalMillis = frameHeader.getLong(8);
        frame.position((int) (position - nextFrame));
        nextPlace += SpoolFormat.FRAME_HEADER_BYTES + length;
        nextFrame += length;
    }

    private static int roundUp(int length) {
        return Math.max(8192, Integer.highestOneBit(length) << 1);
    }

    private void openSegment() throws IOException {
        SpoolLog.Segment next = log.segmentAt(position);
        if (next == null) {
            throw new IOException(
                    "read spool in "
                            + log.directory()
                            + " at position "
                            + position
                            + ": already released (expected: released only up to what was read)");
        }
        closeChannel();
        channel = log.open(next);
        segment = next;
        nextPlace = SpoolFormat.HEADER_BYTES;
        nextFrame = next.start;
    }

    private void readHeader() throws IOException {
        frameHeader.clear();
        SpoolFormat.readFully(channel, frameHeader, nextPlace, segment.file, nextFrame);
        int length = frameHeader.getInt(0);
        if (length <= 0 || length > SpoolFormat.MAX_FRAME_BYTES) {
            throw new SpoolCorruptException(
                    segment.file,
                    nextFrame,
                    "frame length "
                            + length
                            + " (expected: 1 to "
                            + SpoolFormat.MAX_FRAME_BYTES
                            + ")");
        }
    }

    private void closeChannel() throws IOException {
        if (channel != null) {
            FileChannel closing = channel;
            channel = null;
            closing.close();
        }
    }

    @Override
    public void close() throws IOException {
        segment = null;
        frame.clear().limit(0);
        closeChannel();
    }
}

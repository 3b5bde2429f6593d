package io.redissync.protocol.psync;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.zip.CRC32C;

/**
 * Append-only, segmented, checksummed log on disk of bytes addressed by a position, for one writing
 * and one reading thread of the same process.
 *
 * <p>{@link #append} and {@link #seal} belong to the writer, {@link #cursor} and {@link
 * #awaitBeyond} to the reader; everything else can be called from any thread.
 */
public final class SpoolLog implements Closeable {

    /** What the bytes are. */
    public enum Kind {
        SNAPSHOT(0),
        STREAM(1);

        /** As it stands in a segment's header. */
        final byte code;

        Kind(int code) {
            this.code = (byte) code;
        }
    }

    /** A log of a small budget rolls earlier, so that a checkpoint can always give room back. */
    private static final int SEGMENTS_PER_BUDGET = 8;

    private final Path directory;
    private final Kind kind;
    private final long historyId;
    private final long start;
    private final long segmentBytes;
    private final SpoolBudget budget;

    /** Segments on disk by the position of their first byte. */
    private final ConcurrentNavigableMap<Long, Segment> segments = new ConcurrentSkipListMap<>();

    /** Guards the files: writing, rolling, releasing, closing. */
    private final Object files = new Object();

    @GuardedBy("files")
    private Segment active;

    @GuardedBy("files")
    private FileChannel out;

    @GuardedBy("files")
    private long releasedUpTo;

    private final CRC32C crc = new CRC32C();
    private final ByteBuffer frameHeader = ByteBuffer.allocate(SpoolFormat.FRAME_HEADER_BYTES);

    private final SpoolArrivals arrivals = new SpoolArrivals();
    private volatile Reclaim reclaim = () -> {};

    private volatile long end;
    private volatile boolean sealed;
    private volatile boolean appendsRefused;
    private volatile boolean closed;

    /** Gives room back that was kept as long as nobody needed it. */
    @FunctionalInterface
    interface Reclaim {
        void run() throws IOException;
    }

    /** One file; its size is final once it is not the active one. */
    static final class Segment {
        final Path file;
        final long start;
        volatile long end;
        volatile long fileBytes;

        Segment(Path file, long start) {
            this.file = file;
            this.start = start;
            this.end = start;
        }

        /** Called by the writer alone. */
        void grow(int frameBytes) {
            long newFileBytes = fileBytes + SpoolFormat.FRAME_HEADER_BYTES + frameBytes;
            long newEnd = end + frameBytes;
            fileBytes = newFileBytes;
            end = newEnd;
        }
    }

    /**
     * @param directory existing directory; file names carry kind and position, so both logs of a
     *     history share one
     * @param start position of the first byte
     * @param segmentBytes size at which a new segment begins
     */
    public SpoolLog(
            Path directory,
            Kind kind,
            long historyId,
            long start,
            long segmentBytes,
            SpoolBudget budget) {
        if (segmentBytes < 1) {
            throw new IllegalArgumentException(
                    "spool segment bytes: " + segmentBytes + " (expected: > 0)");
        }
        this.directory = directory;
        this.kind = kind;
        this.historyId = historyId;
        this.start = start;
        this.segmentBytes =
                Math.max(1, Math.min(segmentBytes, budget.maxBytes() / SEGMENTS_PER_BUDGET));
        this.budget = budget;
        this.end = start;
        this.releasedUpTo = start;
    }

    /**
     * Takes a file that is in the directory already as the next segment; it is never appended to.
     *
     * @param fileBytes of the file, which holds the bytes up to {@code segmentEnd} and no more
     */
    void adopt(Path file, long segmentStart, long segmentEnd, long fileBytes) {
        if (segmentStart != end) {
            throw new IllegalArgumentException(
                    "adopt spool file "
                            + file
                            + " at "
                            + segmentStart
                            + " (expected: "
                            + end
                            + ")");
        }
        Segment segment = new Segment(file, segmentStart);
        segment.end = segmentEnd;
        segment.fileBytes = fileBytes;
        budget.take(fileBytes);
        segments.put(segmentStart, segment);
        end = segmentEnd;
    }

    /** What an append does before it waits for room. */
    void whenShort(Reclaim action) {
        reclaim = action;
    }

    public long start() {
        return start;
    }

    /** Position behind the last byte that can be read. */
    public long end() {
        return end;
    }

    /** Whether no more bytes will come. */
    public boolean sealed() {
        return sealed;
    }

    public boolean closed() {
        return closed;
    }

    /** Bytes of all segment files, headers included. */
    public long bytesOnDisk() {
        long bytes = 0;
        for (Segment segment : segments.values()) {
            bytes += segment.fileBytes;
        }
        return bytes;
    }

    /**
     * Appends the bytes behind {@link #end()}; waits while the budget is full. When it throws, the
     * buffer's position stands behind what was appended and the rest can be tried again.
     *
     * @param arrivalMillis when the bytes arrived, Unix time
     * @throws SpoolDiskFullException when the disk has no room
     * @throws SpoolClosedException when closed, before or while waiting
     */
    public void append(ByteBuffer data, long arrivalMillis) throws IOException {
        while (data.hasRemaining()) {
            int length = Math.min(data.remaining(), SpoolFormat.MAX_FRAME_BYTES);
            appendFrame(data.slice(data.position(), length), arrivalMillis);
            data.position(data.position() + length);
            arrivals.announce();
        }
    }

    private void appendFrame(ByteBuffer bytes, long arrivalMillis) throws IOException {
        // The header is counted with every frame: too much by some bytes until the segment's end.
        long room = (long) SpoolFormat.FRAME_HEADER_BYTES + bytes.remaining();
        long reserve = room + SpoolFormat.HEADER_BYTES;
        if (!budget.tryReserve(reserve)) {
            roll();
            reclaim.run();
            if (!budget.reserve(reserve, () -> appendsRefused)) {
                throw new SpoolClosedException(directory, "append at " + end);
            }
        }
        long kept = 0;
        try {
            synchronized (files) {
                if (appendsRefused || sealed) {
                    throw new SpoolClosedException(directory, "append at " + end);
                }
                if (active != null && active.fileBytes + room > segmentBytes) {
                    closeActive();
                }
                if (active == null) {
                    openActive();
                    kept += SpoolFormat.HEADER_BYTES;
                }
                writeFrame(bytes, arrivalMillis);
                kept += room;
            }
        } finally {
            budget.free(reserve - kept);
        }
    }

    @GuardedBy("files")
    private void openActive() throws IOException {
        Path file = directory.resolve(SpoolFormat.fileName(kind, end));
        try {
            out =
                    FileChannel.open(
                            file,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.TRUNCATE_EXISTING,
                            StandardOpenOption.WRITE);
            ByteBuffer header = SpoolFormat.header(kind, historyId, end);
            while (header.hasRemaining()) {
                out.write(header);
            }
        } catch (IOException e) {
            dropOut();
            throw explain(e, file);
        }
        active = new Segment(file, end);
        active.fileBytes = SpoolFormat.HEADER_BYTES;
        segments.put(end, active);
    }

    @GuardedBy("files")
    private void writeFrame(ByteBuffer bytes, long arrivalMillis) throws IOException {
        int length = bytes.remaining();
        frameHeader.clear();
        frameHeader.putInt(length).putInt(0).putLong(arrivalMillis);
        crc.reset();
        crc.update(frameHeader.array(), 8, 8);
        crc.update(bytes.duplicate());
        frameHeader.putInt(4, (int) crc.getValue()).flip();
        ByteBuffer[] parts = {frameHeader, bytes};
        try {
            while (bytes.hasRemaining()) {
                out.write(parts);
            }
        } catch (IOException e) {
            // A half-written frame would stand before the next one.
            Path file = active.file;
            try {
                out.truncate(active.fileBytes);
                out.position(active.fileBytes);
            } catch (IOException second) {
                e.addSuppressed(second);
                closeActive();
            }
            throw explain(e, file);
        }
        budget.diskAccepted();
        active.grow(length);
        end = active.end;
    }

    private IOException explain(IOException e, Path file) {
        String message = String.valueOf(e.getMessage());
        if (message.contains("No space left") || message.contains("quota exceeded")) {
            budget.diskRefused();
            return new SpoolDiskFullException(file, end, e);
        }
        return new IOException(
                "write spool file " + file + " at position " + end + ": " + message, e);
    }

    /** Ends the active segment: only then can a release delete it. */
    private void roll() throws IOException {
        synchronized (files) {
            if (active != null) {
                closeActive();
            }
            deleteReleased();
        }
    }

    @GuardedBy("files")
    private void closeActive() throws IOException {
        FileChannel closing = out;
        active = null;
        out = null;
        closing.close();
    }

    @GuardedBy("files")
    private void dropOut() throws IOException {
        if (out != null) {
            FileChannel closing = out;
            out = null;
            closing.close();
        }
    }

    /** Says that no more bytes will come. */
    public void seal() throws IOException {
        synchronized (files) {
            if (active != null) {
                closeActive();
            }
            sealed = true;
            deleteReleased();
        }
        arrivals.announce();
    }

    /** Refuses further appends and ends one that waits for room; reading goes on. */
    public void refuseAppends() {
        appendsRefused = true;
        budget.signal();
    }

    /**
     * Deletes whole segments that lie before the position. The segment being written is kept until
     * it ends.
     */
    public void release(long upTo) throws IOException {
        synchronized (files) {
            releasedUpTo = Math.max(releasedUpTo, upTo);
            deleteReleased();
        }
    }

    @GuardedBy("files")
    private void deleteReleased() throws IOException {
        Iterator<Segment> oldestFirst = segments.values().iterator();
        while (oldestFirst.hasNext()) {
            Segment segment = oldestFirst.next();
            if (segment == active || segment.end > releasedUpTo) {
                return;
            }
            oldestFirst.remove();
            budget.free(segment.fileBytes);
            Files.deleteIfExists(segment.file);
        }
    }

    /**
     * A reader that begins at the position.
     *
     * @throws IllegalArgumentException when the position lies outside the log
     */
    public SpoolCursor cursor(long from) {
        if (from < start || from > end) {
            throw new IllegalArgumentException(
                    "spool cursor: " + from + " (expected: " + start + " to " + end + ")");
        }
        return new SpoolCursor(this, from);
    }

    /**
     * Waits for bytes behind the position.
     *
     * @return true when there are some, or the log is sealed or closed; false at the timeout and
     *     when woken up
     */
    public boolean awaitBeyond(long position, long timeoutMillis) throws InterruptedException {
        return arrivals.await(() -> end > position || sealed || closed, timeoutMillis);
    }

    /** Makes the current wait, or else the next one, return false at once. */
    public void wakeUp() {
        arrivals.wakeUp();
    }

    /** The segment that holds the byte at the position, or null when it was released. */
    Segment segmentAt(long position) {
        Map.Entry<Long, Segment> entry = segments.floorEntry(position);
        return entry != null && position < entry.getValue().end ? entry.getValue() : null;
    }

    FileChannel open(Segment segment) throws IOException {
        FileChannel channel = FileChannel.open(segment.file, StandardOpenOption.READ);
        try {
            SpoolFormat.checkHeader(channel, segment.file, kind, historyId, segment.start);
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    void checkOpen(long position) throws SpoolClosedException {
        if (closed) {
            throw new SpoolClosedException(directory, "read at " + position);
        }
    }

    Path directory() {
        return directory;
    }

    /** Ends reading and writing; the files stay. */
    @Override
    public void close() throws IOException {
        refuseAppends();
        closed = true;
        synchronized (files) {
            if (active != null) {
                closeActive();
            }
        }
        arrivals.announce();
    }

    /** Closes and deletes every file. */
    public void delete() throws IOException {
        close();
        synchronized (files) {
            releasedUpTo = Long.MAX_VALUE;
            deleteReleased();
        }
    }
}

package io.redissync.protocol.psync;

import io.netty.buffer.ByteBuf;
import io.redissync.command.Position;
import java.util.Optional;

/**
 * What a link receives of one history, on its way into the spool: written by the event loop, taken
 * by the spool writer, which makes the {@link HistorySpool} when it comes to the history's begin.
 */
final class HistoryFeed {

    private final SpoolWriter writer;
    private final SnapshotMode snapshotMode;
    private final long startOffset;
    private final Optional<Position> resumed;
    private final String why;

    private volatile String replid;
    private volatile long streamEnd;
    private volatile boolean snapshotReceived;
    private volatile boolean stale;
    private volatile HistorySpool spool;

    HistoryFeed(
            SpoolWriter writer,
            SnapshotMode snapshotMode,
            String replid,
            long startOffset,
            Optional<Position> resumed,
            String why) {
        this.writer = writer;
        this.snapshotMode = snapshotMode;
        this.replid = replid;
        this.startOffset = startOffset;
        this.resumed = resumed;
        this.why = why;
        this.streamEnd = startOffset;
        // What nobody wants need not be whole: the stream can be continued all the same.
        this.snapshotReceived = resumed.isPresent() || snapshotMode == SnapshotMode.DISCARD;
    }

    /** Goes on filling a spool that holds all that was received so far. */
    static HistoryFeed into(SpoolWriter writer, HistorySpool taken) {
        HistoryFeed feed =
                new HistoryFeed(
                        writer,
                        SnapshotMode.KEEP,
                        taken.replid(),
                        taken.stream().end(),
                        Optional.empty(),
                        "goes on with " + taken);
        feed.snapshotReceived = true;
        feed.spool = taken;
        return feed;
    }

    // Event loop.

    void begin() {
        writer.submit(new SpoolWriter.Begin(this));
    }

    /** Takes over the buffer's reference. */
    void snapshot(ByteBuf bytes) {
        if (snapshotMode == SnapshotMode.DISCARD) {
            bytes.release();
        } else {
            submit(SpoolLog.Kind.SNAPSHOT, bytes);
        }
    }

    void announceSnapshot(long length) {
        writer.submit(new SpoolWriter.SnapshotLength(this, length));
    }

    void endSnapshot(long length) {
        snapshotReceived = true;
        writer.submit(new SpoolWriter.SnapshotEnd(this, length));
    }

    /** Takes over the buffer's reference. */
    void stream(ByteBuf bytes) {
        // Written by the event loop alone.
        long end = streamEnd + bytes.readableBytes();
        streamEnd = end;
        submit(SpoolLog.Kind.STREAM, bytes);
    }

    private void submit(SpoolLog.Kind kind, ByteBuf bytes) {
        writer.submit(new SpoolWriter.Bytes(this, kind, bytes, System.currentTimeMillis()));
    }

    void adopt(String newReplid) {
        replid = newReplid;
        writer.submit(new SpoolWriter.Adopt(this, newReplid));
    }

    /** Nobody wants what is still on its way: another history follows, or the link ends. */
    void abandon() {
        stale = true;
        HistorySpool made = spool;
        if (made != null) {
            made.refuseAppends();
        }
    }

    // Spool writer.

    void spool(HistorySpool made) {
        spool = made;
        if (stale) {
            made.refuseAppends();
        }
    }

    // Any thread.

    HistorySpool spool() {
        return spool;
    }

    boolean stale() {
        return stale;
    }

    boolean snapshotReceived() {
        return snapshotReceived;
    }

    /** Replication offset up to which bytes were received. */
    long streamEnd() {
        return streamEnd;
    }

    /** Replication offset up to which everything is in the spool; 0 while the snapshot is not. */
    long spooledEnd() {
        HistorySpool made = spool;
        boolean whole = made != null && made.snapshot().map(SpoolLog::sealed).orElse(Boolean.TRUE);
        return whole ? made.stream().end() : 0;
    }

    String replid() {
        return replid;
    }

    long startOffset() {
        return startOffset;
    }

    Optional<Position> resumed() {
        return resumed;
    }

    String why() {
        return why;
    }
}

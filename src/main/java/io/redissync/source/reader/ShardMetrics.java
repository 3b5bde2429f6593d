package io.redissync.source.reader;

import io.redissync.command.Phase;
import io.redissync.command.Position;
import io.redissync.protocol.psync.HistorySpool;
import io.redissync.protocol.psync.LinkState;
import io.redissync.protocol.psync.ReplicaLink;
import java.util.Locale;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;

/** All metrics of one shard's source and their names. */
final class ShardMetrics {

    /** What is left to do for a shard whose copy ends by itself. */
    private enum Rest {
        UNREAD,
        UNAPPLIED,
        NOTHING
    }

    private static final long NOT_KNOWN = -1;

    private final Counter snapshotKeys;
    private final Counter fullResyncs;
    private volatile ReplicaLink link;
    private volatile HistorySpool spool;
    private volatile boolean inSnapshot;
    private volatile Rest rest = Rest.UNREAD;
    private volatile long snapshotOffset;
    private volatile long offset;

    ShardMetrics(MetricGroup reader, String shard) {
        MetricGroup group = reader.addGroup("shard", shard);
        snapshotKeys = group.counter("snapshotKeys");
        fullResyncs = group.counter("fullResyncs");
        group.gauge("phase", (Gauge<String>) this::phase);
        group.gauge("snapshotPercent", (Gauge<Double>) this::snapshotPercent);
        group.gauge("lagBytes", (Gauge<Long>) this::lagBytes);
        group.gauge("spoolBytes", (Gauge<Long>) this::spoolBytes);
        group.gauge("offset", (Gauge<Long>) () -> offset);
        group.gauge("receivedOffset", (Gauge<Long>) this::receivedOffset);
        group.gauge("receivedBytes", (Gauge<Long>) this::receivedBytes);
        group.gauge("linkReconnects", (Gauge<Long>) this::reconnects);
    }

    void link(ReplicaLink newLink) {
        link = newLink;
    }

    /**
     * @param start where reading begins
     */
    void history(HistorySpool newSpool, Position start) {
        spool = newSpool;
        inSnapshot = start.phase() == Phase.SNAPSHOT;
        snapshotOffset = 0;
        offset = inSnapshot ? newSpool.startOffset() : start.offset();
    }

    void fullResync() {
        fullResyncs.inc();
    }

    void snapshotKey() {
        snapshotKeys.inc();
    }

    void snapshotPosition(long bytes) {
        snapshotOffset = bytes;
    }

    void snapshotRead() {
        inSnapshot = false;
    }

    /** All that this run copies was read; the target has not applied it yet. */
    void allRead() {
        inSnapshot = false;
        rest = Rest.UNAPPLIED;
    }

    /** All that was read is on the target: a checkpoint says so. */
    void allApplied() {
        rest = Rest.NOTHING;
    }

    void streamPosition(long newOffset) {
        offset = newOffset;
    }

    private String phase() {
        if (rest != Rest.UNREAD) {
            return rest == Rest.UNAPPLIED ? "applying" : "done";
        }
        ReplicaLink open = link;
        if (open == null) {
            // A snapshot that is in the spool needs no source.
            return spool == null ? "starting" : "snapshot";
        }
        LinkState state = open.state();
        return switch (state) {
            case STREAM -> inSnapshot ? "snapshot" : "stream";
            // The master forks, and may wait a while (repl-diskless-sync-delay) before it does.
            case SNAPSHOT -> snapshotReceived() ? "snapshot" : "waiting-for-snapshot";
            case CLOSED -> "stopped";
            default -> state.name().toLowerCase(Locale.ROOT).replace('_', '-');
        };
    }

    private boolean snapshotReceived() {
        HistorySpool now = spool;
        return now != null && now.snapshot().map(log -> log.end() > 0).orElse(false);
    }

    private double snapshotPercent() {
        HistorySpool now = spool;
        if (now == null || !inSnapshot) {
            return now == null ? -1 : 100;
        }
        long length = now.snapshotLength().orElse(-1);
        return length <= 0 ? -1 : 100.0 * snapshotOffset / length;
    }

    private long lagBytes() {
        HistorySpool now = spool;
        if (now == null || (inSnapshot && !snapshotReceived())) {
            return NOT_KNOWN;
        }
        if (rest != Rest.UNREAD) {
            return 0;
        }
        if (inSnapshot) {
            long snapshotEnd =
                    now.snapshotLength()
                            .orElseGet(() -> now.snapshot().map(log -> log.end()).orElse(0L));
            return snapshotEnd - snapshotOffset + now.stream().end() - now.stream().start();
        }
        return Math.max(0, now.stream().end() - offset);
    }

    private long spoolBytes() {
        HistorySpool now = spool;
        return now == null ? 0 : now.bytesOnDisk();
    }

    private long receivedOffset() {
        ReplicaLink open = link;
        return open == null ? 0 : open.receivedOffset();
    }

    private long receivedBytes() {
        ReplicaLink open = link;
        return open == null ? 0 : open.bytesReceived();
    }

    private long reconnects() {
        ReplicaLink open = link;
        return open == null ? 0 : open.reconnects();
    }
}

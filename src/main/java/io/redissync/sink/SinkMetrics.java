package io.redissync.sink;

import io.redissync.command.Phase;
import io.redissync.command.Position;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.SinkWriterMetricGroup;

/** All metrics of the sink and their names; counted by the sender's thread alone. */
final class SinkMetrics {

    private final SinkWriterMetricGroup group;
    private final Counter misbelieved;
    private final Counter reconnects;
    private final Map<String, ShardMetrics> shards = new HashMap<>();

    SinkMetrics(SinkWriterMetricGroup group, ChangeQueue queue) {
        this.group = group;
        misbelieved = group.counter("markerMisses");
        reconnects = group.counter("targetReconnects");
        group.gauge("unconfirmedBytes", (Gauge<Long>) queue::heldBytes);
    }

    /** A batch whose belief in the marker was wrong. */
    void misbelieved() {
        misbelieved.inc();
    }

    void reconnecting() {
        reconnects.inc();
    }

    void applied(Batch batch) {
        ShardMetrics shard = of(batch.lane().shard);
        shard.commands.inc(batch.dataCommands());
        shard.bytes.inc(batch.bytes());
        shard.batches.inc();
        Position end = batch.end();
        shard.appliedOffset = end.phase() == Phase.STREAM ? end.offset() : -1;
        group.getNumRecordsSendCounter().inc(batch.changes().size());
        group.getNumBytesSendCounter().inc(batch.bytes());
    }

    void refused(String shard, int commands) {
        of(shard).refused.inc(commands);
    }

    private ShardMetrics of(String shard) {
        return shards.computeIfAbsent(shard, id -> new ShardMetrics(group.addGroup("shard", id)));
    }

    private static final class ShardMetrics {
        final Counter commands;
        final Counter bytes;
        final Counter batches;
        final Counter refused;

        /** Replication offset, or -1 in the snapshot. */
        volatile long appliedOffset = -1;

        ShardMetrics(MetricGroup group) {
            commands = group.counter("commandsApplied");
            bytes = group.counter("bytesApplied");
            batches = group.counter("batchesApplied");
            refused = group.counter("commandsRefused");
            group.gauge("appliedOffset", (Gauge<Long>) () -> appliedOffset);
        }
    }
}

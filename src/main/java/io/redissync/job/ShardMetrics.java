package io.redissync.job;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Metric;

/**
 * The metrics of all shards as they come and go with their tasks; what a task said last is kept
 * until the next one speaks. Safe for the threads that register and the one that samples.
 */
final class ShardMetrics {

    private static final String PHASE = "phase";
    private static final String SNAPSHOT_PERCENT = "snapshotPercent";
    private static final String SNAPSHOT_KEYS = "snapshotKeys";
    private static final String LAG_BYTES = "lagBytes";
    private static final String SPOOL_BYTES = "spoolBytes";
    private static final String COMMANDS_APPLIED = "commandsApplied";
    private static final String RECEIVED_OFFSET = "receivedOffset";
    private static final String APPLIED_OFFSET = "appliedOffset";
    private static final String STREAM = "stream";
    private static final String APPLYING = "applying";

    private static final Comparator<String> BY_NUMBER_THEN_TEXT =
            Comparator.<String>comparingInt(id -> isNumber(id) ? 0 : 1)
                    .thenComparingInt(id -> isNumber(id) ? Integer.parseInt(id) : 0)
                    .thenComparing(Comparator.naturalOrder());

    private final Map<String, OneShard> shards = new TreeMap<>(BY_NUMBER_THEN_TEXT);
    private long sampledNanos;

    ShardMetrics(long nanos) {
        this.sampledNanos = nanos;
    }

    synchronized void add(String shard, String name, Metric metric) {
        shards.computeIfAbsent(shard, id -> new OneShard()).add(name, metric);
    }

    synchronized void remove(String shard, String name, Metric metric) {
        shards.computeIfAbsent(shard, id -> new OneShard()).remove(name, metric);
    }

    /** Where every shard is now, by id; rates are since the sample before. */
    synchronized List<ShardProgress> sample(long nanos) {
        double seconds = (nanos - sampledNanos) / 1e9;
        sampledNanos = nanos;
        List<ShardProgress> progress = new ArrayList<>();
        shards.forEach((id, shard) -> progress.add(shard.sample(id, seconds)));
        return progress;
    }

    private static boolean isNumber(String id) {
        return id.matches("[0-9]{1,9}");
    }

    private static final class OneShard {

        /** Gauges and source counters: the newest task's, by name. */
        private final Map<String, Metric> current = new LinkedHashMap<>();

        private final Map<String, Object> last = new LinkedHashMap<>();

        /** Counters of the writers, several per shard, with what was counted at the last sample. */
        private final IdentityHashMap<Counter, Long> counted = new IdentityHashMap<>();

        private long appliedByEnded;

        void add(String name, Metric metric) {
            if (name.equals(COMMANDS_APPLIED) && metric instanceof Counter counter) {
                counted.put(counter, 0L);
            } else {
                current.put(name, metric);
            }
        }

        void remove(String name, Metric metric) {
            if (metric instanceof Counter counter && counted.containsKey(counter)) {
                appliedByEnded += counter.getCount() - counted.remove(counter);
            } else if (current.remove(name, metric)) {
                last.put(name, read(metric));
            }
        }

        ShardProgress sample(String id, double seconds) {
            boolean hasWriter = !counted.isEmpty() || appliedByEnded > 0;
            long commands = appliedByEnded;
            appliedByEnded = 0;
            for (Map.Entry<Counter, Long> each : counted.entrySet()) {
                long count = each.getKey().getCount();
                commands += count - each.getValue();
                each.setValue(count);
            }
            String phase = value(PHASE) instanceof String text ? text : "starting";
            long lag = number(LAG_BYTES).longValue();
            if (phase.equals(STREAM) && value(APPLIED_OFFSET) != null) {
                // What was read of the spool may still be on its way to the target.
                long applied = number(APPLIED_OFFSET).longValue();
                phase = applied < 0 ? APPLYING : STREAM;
                lag = applied < 0 ? -1 : lagBehind(applied);
            }
            return new ShardProgress(
                    id,
                    phase,
                    number(SNAPSHOT_PERCENT).doubleValue(),
                    number(SNAPSHOT_KEYS).longValue(),
                    hasWriter && seconds > 0 ? commands / seconds : -1,
                    lag,
                    number(SPOOL_BYTES).longValue());
        }

        private long lagBehind(long appliedOffset) {
            return Math.max(0, number(RECEIVED_OFFSET).longValue() - appliedOffset);
        }

        private Number number(String name) {
            return value(name) instanceof Number number ? number : -1;
        }

        private Object value(String name) {
            Metric metric = current.get(name);
            return metric == null ? last.get(name) : read(metric);
        }

        private static Object read(Metric metric) {
            if (metric instanceof Gauge<?> gauge) {
                return gauge.getValue();
            }
            return metric instanceof Counter counter ? counter.getCount() : null;
        }
    }
}

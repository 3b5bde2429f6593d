package io.redissync.job;

import java.io.PrintStream;
import java.util.List;
import java.util.function.LongSupplier;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.reporter.MetricReporter;
import org.apache.flink.metrics.reporter.Scheduled;

/** Prints a line per shard in each interval, out of the metrics in the groups of the shards. */
public final class ProgressReporter implements MetricReporter, Scheduled {

    /** The variable of a metric group made by {@code addGroup("shard", id)}. */
    private static final String SHARD_VARIABLE = "<shard>";

    private final PrintStream out;
    private final LongSupplier nanoClock;
    private final ShardMetrics metrics;
    private List<String> printed = List.of();

    ProgressReporter(PrintStream out, LongSupplier nanoClock) {
        this.out = out;
        this.nanoClock = nanoClock;
        this.metrics = new ShardMetrics(nanoClock.getAsLong());
    }

    @Override
    public void open(MetricConfig config) {}

    @Override
    public void notifyOfAddedMetric(Metric metric, String name, MetricGroup group) {
        String shard = group.getAllVariables().get(SHARD_VARIABLE);
        if (shard != null) {
            metrics.add(shard, name, metric);
        }
    }

    @Override
    public void notifyOfRemovedMetric(Metric metric, String name, MetricGroup group) {
        String shard = group.getAllVariables().get(SHARD_VARIABLE);
        if (shard != null) {
            metrics.remove(shard, name, metric);
        }
    }

    @Override
    public synchronized void report() {
        printed =
                metrics.sample(nanoClock.getAsLong()).stream()
                        .map(ShardProgress::ofRunningJob)
                        .map(ProgressLines::format)
                        .toList();
        printed.forEach(out::println);
        out.flush();
    }

    /** Prints what came after the last report: a run shorter than the interval is told too. */
    @Override
    public synchronized void close() {
        for (ShardProgress progress : metrics.sample(nanoClock.getAsLong())) {
            String line = ProgressLines.format(progress);
            if (!printed.contains(line)) {
                out.println(line);
            }
        }
        out.flush();
    }
}

package io.redissync.job;

import java.io.IOException;
import java.util.Arrays;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/** A JVM for {@link LocalRunnerIT}: the runner around a small job that reports as a shard does. */
public final class LocalRunnerProcess {

    /** The job to run, named by the first argument; the others are options. */
    enum Job {
        ENDS(20),
        FAILS(20),
        RUNS_ON(Long.MAX_VALUE);

        private final long records;

        Job(long records) {
            this.records = records;
        }
    }

    public static void main(String[] args) {
        UserStop userStop = UserStop.install();
        Job job = Job.valueOf(args[0]);
        String[] options = Arrays.copyOfRange(args, 1, args.length);
        int code =
                new LocalRunner(
                                SyncConfig.load(options),
                                (env, config) -> build(env, job),
                                System.out,
                                System.err)
                        .run(userStop);
        userStop.remove();
        System.exit(code);
    }

    private static void build(StreamExecutionEnvironment env, Job job) {
        Configuration noRestart = new Configuration();
        noRestart.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
        env.configure(noRestart);
        GeneratorFunction<Long, Long> same = number -> number;
        env.fromSource(
                        new DataGeneratorSource<>(
                                same, job.records, RateLimiterStrategy.perSecond(50), Types.LONG),
                        WatermarkStrategy.noWatermarks(),
                        "numbers")
                .map(new Apply(job))
                .returns(Types.LONG)
                .sinkTo(new DiscardingSink<>());
    }

    /** Counts records as commands of shard 0. */
    private static final class Apply extends RichMapFunction<Long, Long> {

        private static final long serialVersionUID = 1L;

        private final Job job;
        private transient Counter applied;

        Apply(Job job) {
            this.job = job;
        }

        @Override
        public void open(OpenContext context) {
            MetricGroup shard = getRuntimeContext().getMetricGroup().addGroup("shard", "0");
            applied = shard.counter("commandsApplied");
            shard.gauge("phase", (Gauge<String>) () -> "stream");
            shard.gauge("lagBytes", (Gauge<Long>) () -> 1500L);
        }

        @Override
        public Long map(Long number) {
            applied.inc();
            if (job == Job.FAILS && number == 10) {
                throw new IllegalStateException(
                        "shard 0: link to a:1 lost", new IOException("Connection reset"));
            }
            return number;
        }
    }

    private LocalRunnerProcess() {}
}

package io.redissync.job;

import io.redissync.command.Change;
import io.redissync.connection.Shard;
import io.redissync.operator.FilterTransform;
import io.redissync.operator.LaneKeys;
import io.redissync.operator.LaneRouter;
import io.redissync.sink.RedisSink;
import io.redissync.source.RedisSource;
import io.redissync.typeinfo.ChangeTypeInfo;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Puts source, operators and sink together. */
final class Pipeline {

    /**
     * Number of lanes and Flink's max parallelism: part of every savepoint and marker, so it never
     * changes.
     */
    static final int LANES = 128;

    private static final int SHARDS_IN_NAME = 3;

    private Pipeline() {}

    /** Adds the whole job to the environment; connects to nothing. */
    static void build(StreamExecutionEnvironment env, SyncConfig config) {
        configure(env, config);
        EndSettings ends = EndSettings.of(config, LANES);
        int readers = Math.min(config.shards().size(), env.getParallelism());

        SingleOutputStreamOperator<Change> changes =
                env.fromSource(
                                new RedisSource(ends.source()),
                                WatermarkStrategy.noWatermarks(),
                                "Redis PSYNC source " + names(config.shards()),
                                ChangeTypeInfo.INSTANCE)
                        .uid("redis-source")
                        .setParallelism(readers)
                        .setMaxParallelism(LANES)
                        .transform("Lane router", ChangeTypeInfo.INSTANCE, new LaneRouter())
                        .uid("lane-router")
                        .setParallelism(readers)
                        .setMaxParallelism(LANES);
        changes.keyBy(new LaneKeys(LANES))
                .flatMap(
                        new FilterTransform(
                                ends.filter(),
                                ends.transform(),
                                ends.onFlush(),
                                ends.targetLanes()))
                .returns(ChangeTypeInfo.INSTANCE)
                .name("Filter, transform")
                .uid("filter-transform")
                .setMaxParallelism(LANES)
                .sinkTo(new RedisSink(ends.sink()))
                .name("Redis sink " + config.targetAddress())
                .uid("redis-sink")
                .setMaxParallelism(LANES);
    }

    private static void configure(StreamExecutionEnvironment env, SyncConfig config) {
        Configuration fixed = new Configuration();
        fixed.set(ExecutionOptions.RUNTIME_MODE, RuntimeExecutionMode.STREAMING);
        fixed.set(PipelineOptions.AUTO_GENERATE_UIDS, false);
        fixed.set(PipelineOptions.GENERIC_TYPES, false);
        fixed.set(PipelineOptions.MAX_PARALLELISM, LANES);
        fixed.set(
                CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE,
                CheckpointingMode.EXACTLY_ONCE);
        fixed.set(CheckpointingOptions.ENABLE_UNALIGNED, false);
        fixed.set(
                CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
                ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
        fixed.set(
                CheckpointingOptions.CHECKPOINTING_INTERVAL,
                config.get(SyncOptions.CHECKPOINT_INTERVAL));

        ReadableConfig given = env.getConfiguration();
        if (given.getOptional(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER).isEmpty()) {
            // A target that pauses makes checkpoints time out; that alone is no reason to restart.
            fixed.set(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER, 1_000);
        }
        if (given.getOptional(ExecutionOptions.BUFFER_TIMEOUT).isEmpty()) {
            fixed.set(ExecutionOptions.BUFFER_TIMEOUT, Duration.ofMillis(1));
        }
        if (given.getOptional(RestartStrategyOptions.RESTART_STRATEGY).isEmpty()) {
            fixed.set(RestartStrategyOptions.RESTART_STRATEGY, "exponential-delay");
            fixed.set(
                    RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_INITIAL_BACKOFF,
                    Duration.ofSeconds(1));
            fixed.set(
                    RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_MAX_BACKOFF,
                    Duration.ofSeconds(30));
        }
        env.configure(fixed);
    }

    private static String names(List<Shard> shards) {
        String first =
                shards.stream()
                        .limit(SHARDS_IN_NAME)
                        .map(shard -> shard.address().toString())
                        .collect(Collectors.joining(", "));
        return shards.size() <= SHARDS_IN_NAME
                ? first
                : first + " and " + (shards.size() - SHARDS_IN_NAME) + " more";
    }
}

package io.redissync.job;

import static org.apache.flink.configuration.ConfigOptions.key;

import java.time.Duration;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.MemorySize;

/** Options of what lies between the ends: the spool on disk, the batches, the brakes. */
public final class SinkOptions {

    public static final ConfigOption<Long> MAX_COMMANDS_PER_SECOND =
            key("sink.max-commands-per-second")
                    .longType()
                    .defaultValue(0L)
                    .withDescription(
                            "Most commands per second that the job sends to the target, its writers"
                                    + " together; 0: no limit.");

    public static final ConfigOption<MemorySize> MAX_BYTES_PER_SECOND =
            key("sink.max-bytes-per-second")
                    .memoryType()
                    .defaultValue(MemorySize.ZERO)
                    .withDescription(
                            "Most bytes per second that the job sends to the target, its writers"
                                    + " together; 0: no limit.");

    public static final ConfigOption<Integer> BATCH_MAX_COMMANDS =
            key("sink.batch.max-commands")
                    .intType()
                    .defaultValue(1000)
                    .withDescription("Most commands in one batch, the sink's unit of atomicity.");

    public static final ConfigOption<MemorySize> BATCH_MAX_BYTES =
            key("sink.batch.max-bytes")
                    .memoryType()
                    .defaultValue(MemorySize.ofMebiBytes(1))
                    .withDescription(
                            "Bytes at which a batch is closed; a single change may be larger.");

    public static final ConfigOption<Integer> IN_FLIGHT_BATCHES =
            key("sink.in-flight-batches")
                    .intType()
                    .defaultValue(8)
                    .withDescription("Most batches that wait for their replies on one connection.");

    public static final ConfigOption<MemorySize> BUFFER_BYTES =
            key("sink.buffer-bytes")
                    .memoryType()
                    .defaultValue(MemorySize.ofMebiBytes(16))
                    .withDescription(
                            "Most bytes that one writer keeps for batches not yet answered.");

    public static final ConfigOption<Duration> RETRY_TIMEOUT =
            key("sink.retry-timeout")
                    .durationType()
                    .defaultValue(Duration.ofMinutes(5))
                    .withDescription(
                            "How long a writer tries to reach the target again, with growing"
                                    + " pauses, before it fails and Flink restarts the job.");

    public static final ConfigOption<String> SPOOL_DIR =
            key("spool.dir")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Directory on a local disk for what was received and not yet"
                                    + " applied. Default: flink-redis-sync in the first of Flink's"
                                    + " io.tmp.dirs.");

    public static final ConfigOption<MemorySize> SPOOL_MAX_BYTES =
            key("spool.max-bytes")
                    .memoryType()
                    .defaultValue(MemorySize.ofMebiBytes(16 * 1024))
                    .withDescription(
                            "Most bytes that the spool of one shard may take; a full spool holds"
                                    + " up the link and says so.");

    public static final ConfigOption<MemorySize> SPOOL_SEGMENT_BYTES =
            key("spool.segment-bytes")
                    .memoryType()
                    .defaultValue(MemorySize.ofMebiBytes(64))
                    .withDescription(
                            "Bytes at which a spool file is sealed; files are deleted whole after"
                                    + " a checkpoint.");

    private SinkOptions() {}
}

package io.redissync.job;

import static org.apache.flink.configuration.ConfigOptions.key;

import io.redissync.operator.FlushPolicy;
import io.redissync.sink.Delivery;
import io.redissync.source.SyncMode;
import java.time.Duration;
import org.apache.flink.configuration.ConfigOption;

/** Options of the run as a whole: its name, what it copies, what it promises. */
public final class SyncOptions {

    public static final ConfigOption<String> NAME =
            key("sync.name")
                    .stringType()
                    .defaultValue("default")
                    .withDescription(
                            "Name of this synchronisation: part of the marker keys on the target,"
                                    + " so two jobs that write to one target need two names."
                                    + " 1 to 64 letters, digits, dots, dashes, underscores.");

    public static final ConfigOption<SyncMode> MODE =
            key("sync.mode")
                    .enumType(SyncMode.class)
                    .defaultValue(SyncMode.FULL_AND_STREAM)
                    .withDescription(
                            "full+stream: the data set, then every write. full: the data set; the"
                                    + " job ends when it is applied. stream: every write from now"
                                    + " on, without the data set.");

    public static final ConfigOption<Delivery> DELIVERY =
            key("delivery")
                    .enumType(Delivery.class)
                    .defaultValue(Delivery.EXACTLY_ONCE)
                    .withDescription(
                            "exactly-once: every batch is a compare-and-swap on a marker in the"
                                    + " target. at-least-once: plain pipelines, for targets behind"
                                    + " a proxy that cannot WATCH; a fault can apply commands"
                                    + " twice.");

    public static final ConfigOption<FlushPolicy> ON_FLUSH =
            key("on-flush")
                    .enumType(FlushPolicy.class)
                    .defaultValue(FlushPolicy.FAIL)
                    .withDescription(
                            "What to do with FLUSHALL, FLUSHDB or SWAPDB of a source where it"
                                    + " cannot be applied without touching the data of others:"
                                    + " stop the job (fail) or log and leave it out (ignore).");

    public static final ConfigOption<Duration> CHECKPOINT_INTERVAL =
            key("checkpoint.interval")
                    .durationType()
                    .defaultValue(Duration.ofSeconds(10))
                    .withDescription(
                            "Time between two Flink checkpoints; how far the position that the"
                                    + " source is told can lag behind. At least 100 ms.");

    public static final ConfigOption<Integer> REST_PORT =
            key("rest.port")
                    .intType()
                    .defaultValue(8081)
                    .withDescription(
                            "Port of the Web UI and REST API when the job runs in one JVM"
                                    + " (scripts/sync.sh); 0 takes any free one. On a cluster the"
                                    + " cluster's own setting counts.");

    public static final ConfigOption<Duration> PROGRESS_INTERVAL =
            key("progress.interval")
                    .durationType()
                    .defaultValue(Duration.ofSeconds(5))
                    .withDescription(
                            "Time between two progress lines when the job runs in one JVM.");

    private SyncOptions() {}
}

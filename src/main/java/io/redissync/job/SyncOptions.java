package io.redissync.job;

import static org.apache.flink.configuration.ConfigOptions.key;

import java.time.Duration;
import org.apache.flink.configuration.ConfigOption;

/** Options of the run as a whole: its name, what it copies, what it promises. */
public final class SyncOptions {

    /** What is copied. */
    public enum Mode {
        FULL_AND_STREAM("full+stream"),
        FULL("full"),
        STREAM("stream");

        private final String text;

        Mode(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** What a fault may do to the target. */
    public enum Delivery {
        EXACTLY_ONCE("exactly-once"),
        AT_LEAST_ONCE("at-least-once");

        private final String text;

        Delivery(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** What happens to a FLUSHALL, FLUSHDB or SWAPDB that cannot be carried over exactly. */
    public enum OnFlush {
        FAIL("fail"),
        IGNORE("ignore");

        private final String text;

        OnFlush(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    public static final ConfigOption<String> NAME =
            key("sync.name")
                    .stringType()
                    .defaultValue("default")
                    .withDescription(
                            "Name of this synchronisation: part of the marker keys on the target,"
                                    + " so two jobs that write to one target need two names."
                                    + " 1 to 64 letters, digits, dots, dashes, underscores.");

    public static final ConfigOption<Mode> MODE =
            key("sync.mode")
                    .enumType(Mode.class)
                    .defaultValue(Mode.FULL_AND_STREAM)
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

    public static final ConfigOption<OnFlush> ON_FLUSH =
            key("on-flush")
                    .enumType(OnFlush.class)
                    .defaultValue(OnFlush.FAIL)
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

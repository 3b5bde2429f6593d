package io.redissync.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.SimpleCounter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From metrics to lines of progress. */
class ProgressLinesTest {

    private static final long SECOND = 1_000_000_000L;

    private final ShardMetrics metrics = new ShardMetrics(0);

    @Test
    void showsTheSnapshot() {
        assertThat(
                        ProgressLines.format(
                                new ShardProgress(
                                        "0",
                                        "snapshot",
                                        42.9,
                                        1_234_567,
                                        123_455.6,
                                        12_345_678,
                                        0)))
                .isEqualTo(
                        "shard 0  snapshot  42%  1,234,567 keys  123,456 commands/s  lag 12.3 MB");
    }

    @Test
    void showsTheEndOfACopy() {
        assertThat(ProgressLines.format(new ShardProgress("0", "done", 100, 7, 3, 0, 0)))
                .isEqualTo("shard 0  done  100%  7 keys  3 commands/s  lag 0 B");
    }

    @Test
    void aStopIsARestartWhileTheJobRuns() {
        ShardProgress stopped = new ShardProgress("0", "stopped", 100, 7, -1, 12, 0);
        assertThat(ProgressLines.format(stopped)).isEqualTo("shard 0  stopped  lag 12 B");
        assertThat(ProgressLines.format(stopped.ofRunningJob())).isEqualTo("shard 0  restarting");
    }

    @Test
    void showsTheStream() {
        assertThat(
                        ProgressLines.format(
                                new ShardProgress("a", "stream", 100, 5, 0, 0, 3_000_000_000L)))
                .isEqualTo("shard a  stream  0 commands/s  lag 0 B  spool 3.0 GB");
    }

    @Test
    void leavesOutWhatIsNotKnown() {
        assertThat(ProgressLines.format(new ShardProgress("0", "snapshot", -1, -1, -1, -1, -1)))
                .isEqualTo("shard 0  snapshot");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "999, 999 B",
        "1000, 1.0 kB",
        "999949, 999.9 kB",
        "999950, 1.0 MB",
        "9223372036854775807, 9.2 EB"
    })
    void showsBytes(long bytes, String text) {
        assertThat(ProgressLines.bytes(bytes)).isEqualTo(text);
    }

    @Test
    void addsUpTheWritersOfAShard() {
        SimpleCounter one = counter("0");
        SimpleCounter two = counter("0");
        one.inc(100);
        two.inc(300);
        assertThat(rate(2 * SECOND)).isEqualTo(200);

        one.inc(50);
        assertThat(rate(3 * SECOND)).isEqualTo(50);
        assertThat(rate(4 * SECOND)).isZero();
    }

    @Test
    void aWriterThatEndsIsCountedOnceAndItsSuccessorFromZero() {
        SimpleCounter before = counter("0");
        before.inc(100);
        assertThat(rate(SECOND)).isEqualTo(100);

        before.inc(10);
        metrics.remove("0", "commandsApplied", before);
        SimpleCounter after = counter("0");
        after.inc(5);
        assertThat(rate(2 * SECOND)).isEqualTo(15);
    }

    @Test
    void keepsWhatATaskSaidLastUntilTheNextOneSpeaks() {
        Gauge<String> snapshot = () -> "snapshot";
        SimpleCounter keys = new SimpleCounter();
        keys.inc(7);
        metrics.add("0", "phase", snapshot);
        metrics.add("0", "snapshotKeys", keys);
        metrics.add("0", "snapshotPercent", (Gauge<Double>) () -> 12.5);
        metrics.add("0", "lagBytes", (Gauge<Long>) () -> 9L);
        metrics.add("0", "spoolBytes", (Gauge<Long>) () -> 8L);

        ShardProgress expected = new ShardProgress("0", "snapshot", 12.5, 7, -1, 9, 8);
        assertThat(metrics.sample(SECOND)).containsExactly(expected);

        metrics.remove("0", "phase", snapshot);
        metrics.remove("0", "snapshotKeys", keys);
        assertThat(metrics.sample(SECOND)).containsExactly(expected);

        metrics.add("0", "phase", (Gauge<String>) () -> "stream");
        metrics.remove("0", "phase", snapshot);
        assertThat(metrics.sample(SECOND)).extracting("phase").containsExactly("stream");
    }

    @Test
    void sortsNumbersAsNumbers() {
        List.of("10", "east", "9", "a").forEach(this::counter);

        assertThat(metrics.sample(SECOND))
                .extracting("shard")
                .containsExactly("9", "10", "a", "east");
    }

    private SimpleCounter counter(String shard) {
        SimpleCounter counter = new SimpleCounter();
        metrics.add(shard, "commandsApplied", counter);
        return counter;
    }

    private double rate(long nanos) {
        return metrics.sample(nanos).get(0).commandsPerSecond();
    }
}

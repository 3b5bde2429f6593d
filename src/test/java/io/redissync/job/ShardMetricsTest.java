package io.redissync.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.metrics.Gauge;
import org.junit.jupiter.api.Test;

/** The lag of a progress line is what the target has not applied, not what was not read. */
class ShardMetricsTest {

    private final ShardMetrics metrics = new ShardMetrics(0);
    private final AtomicLong applied = new AtomicLong(-1);

    @Test
    void aTargetThatStillAppliesTheSnapshotIsNotInTheStream() {
        inTheStream();
        assertThat(sample().phase()).isEqualTo("applying");
        assertThat(sample().lagBytes()).isNegative();
    }

    @Test
    void theLagEndsAtTheTarget() {
        inTheStream();
        applied.set(700);
        assertThat(sample().phase()).isEqualTo("stream");
        assertThat(sample().lagBytes()).isEqualTo(300);
        applied.set(1_000);
        assertThat(sample().lagBytes()).isZero();
    }

    @Test
    void withoutAWriterTheSourceSpeaks() {
        metrics.add("0", "phase", (Gauge<String>) () -> "stream");
        metrics.add("0", "lagBytes", (Gauge<Long>) () -> 12L);
        assertThat(sample().lagBytes()).isEqualTo(12);
    }

    private void inTheStream() {
        metrics.add("0", "phase", (Gauge<String>) () -> "stream");
        metrics.add("0", "lagBytes", (Gauge<Long>) () -> 0L);
        metrics.add("0", "receivedOffset", (Gauge<Long>) () -> 1_000L);
        metrics.add("0", "appliedOffset", (Gauge<Long>) applied::get);
    }

    private ShardProgress sample() {
        return metrics.sample(1_000_000_000L).get(0);
    }
}

package io.redissync.protocol.psync;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BackoffTest {

    @Test
    void doublesUpToTheMaximumAndBeginsAnew() {
        Backoff backoff =
                new Backoff(Duration.ofMillis(100), Duration.ofMillis(1_000), new Random(1));
        for (long pause : new long[] {100, 200, 400, 800, 1_000, 1_000}) {
            assertThat(backoff.next()).isBetween(pause / 2, pause);
        }
        backoff.reset();
        assertThat(backoff.next()).isBetween(50L, 100L);
    }
}

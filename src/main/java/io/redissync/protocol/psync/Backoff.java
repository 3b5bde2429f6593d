package io.redissync.protocol.psync;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** Pauses between attempts: doubled each time, with jitter so that many links do not march. */
final class Backoff {

    private final long minMillis;
    private final long maxMillis;
    private final RandomGenerator random;
    private long current;

    Backoff(Duration min, Duration max, RandomGenerator random) {
        this.minMillis = Math.max(1, min.toMillis());
        this.maxMillis = Math.max(1, max.toMillis());
        this.random = random;
        this.current = minMillis;
    }

    /** Milliseconds to wait now: between half and all of the current pause. */
    long next() {
        long pause = current;
        current = Math.min(maxMillis, current * 2);
        return pause / 2 + random.nextLong(pause - pause / 2 + 1);
    }

    void reset() {
        current = minMillis;
    }
}

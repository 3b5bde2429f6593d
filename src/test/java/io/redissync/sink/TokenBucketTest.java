package io.redissync.sink;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TokenBucketTest {

    private static final long SECOND = 1_000_000_000L;

    @Test
    void whatIsTakenIsPaidForAfterwards() {
        TokenBucket bucket = new TokenBucket(100, 5);
        assertThat(bucket.waitNanos(5)).isZero();
        bucket.take(250, 5);
        assertThat(bucket.waitNanos(5)).isEqualTo(5 * SECOND / 2);
        assertThat(bucket.waitNanos(5 + 2 * SECOND)).isEqualTo(SECOND / 2);
        bucket.take(100, 5 + 2 * SECOND);
        assertThat(bucket.waitNanos(5 + 2 * SECOND)).isEqualTo(3 * SECOND / 2);
    }

    @Test
    void idleTimeIsNotSavedUp() {
        TokenBucket bucket = new TokenBucket(10, 0);
        long later = 100 * SECOND;
        assertThat(bucket.waitNanos(later)).isNegative();
        bucket.take(10, later);
        assertThat(bucket.waitNanos(later)).isEqualTo(SECOND);
    }

    @Test
    void noLimitNeverWaits() {
        TokenBucket bucket = new TokenBucket(0, 0);
        bucket.take(Long.MAX_VALUE, 0);
        assertThat(bucket.waitNanos(0)).isZero();
    }

    @Test
    void theClockMayOverflow() {
        long now = Long.MAX_VALUE - 10;
        TokenBucket bucket = new TokenBucket(1, now);
        bucket.take(1, now);
        assertThat(bucket.waitNanos(now + 20)).isEqualTo(SECOND - 20);
    }
}

package io.redissync.sink;

/**
 * Bounds a rate by debt: what is taken is paid for by waiting before the next is taken, so that a
 * batch larger than a second's worth goes through whole.
 */
final class TokenBucket {

    private final double nanosPerToken;
    private long freeAtNanos;

    /**
     * @param perSecond tokens per second; 0: no limit
     */
    TokenBucket(long perSecond, long nowNanos) {
        nanosPerToken = perSecond == 0 ? 0 : 1e9 / perSecond;
        freeAtNanos = nowNanos;
    }

    /** Nanoseconds to wait before something may be taken; 0 or less: now. */
    long waitNanos(long nowNanos) {
        return nanosPerToken == 0 ? 0 : freeAtNanos - nowNanos;
    }

    void take(long tokens, long nowNanos) {
        if (nanosPerToken > 0) {
            // Idle time is not saved up: a protected target must not see a burst after a pause.
            long from = freeAtNanos - nowNanos > 0 ? freeAtNanos : nowNanos;
            freeAtNanos = from + (long) (tokens * nanosPerToken);
        }
    }
}

package io.redissync.sink;

import java.util.Map;

/**
 * The target's version, for the few things that depend on it.
 *
 * @param major first number of {@code redis_version}
 * @param minor second number
 */
record TargetVersion(int major, int minor) {

    /** Reads it from the fields of INFO server. */
    static TargetVersion of(Map<String, String> info) {
        String text = info.getOrDefault("redis_version", "");
        String[] parts = text.split("\\.", -1);
        try {
            return new TargetVersion(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new FatalSinkException(
                    "redis_version of the target: '" + text + "' (expected: numbers and dots)", e);
        }
    }

    /** RESTORE … REPLACE: Redis 3.0. */
    boolean knowsRestoreReplace() {
        return major >= 3;
    }

    /** RESTORE … ABSTTL, IDLETIME, FREQ: Redis 5.0. */
    boolean knowsAbsoluteRestore() {
        return major >= 5;
    }

    /** SET … PXAT and GETEX: Redis 6.2. */
    boolean knowsSetPxat() {
        return major > 6 || (major == 6 && minor >= 2);
    }

    /** FLUSHALL ASYNC: Redis 4.0. */
    boolean knowsAsyncFlush() {
        return major >= 4;
    }
}

package io.redissync.testing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** Finds the keys whose times of expiry differ between two servers by other than the slack. */
final class ExpiryDiff {

    private static final int CHUNK = 500;
    private static final int SHOWN_BYTES = 160;
    private static final long NO_EXPIRY = -1;
    private static final long NO_KEY = -2;

    private final RedisServer source;
    private final RedisServer target;
    private final long slackMillis;
    private final long toleranceMillis;
    private final int limitPerDb;

    ExpiryDiff(
            RedisServer source,
            RedisServer target,
            Duration slack,
            Duration tolerance,
            int limitPerDb) {
        this.source = source;
        this.target = target;
        this.slackMillis = slack.toMillis();
        this.toleranceMillis = tolerance.toMillis();
        this.limitPerDb = limitPerDb;
    }

    /**
     * One line per differing key, at most so many of a db, and a line with the count of the rest.
     */
    List<String> describe() {
        List<String> lines = new ArrayList<>();
        try (RawConnection atSource = new RawConnection(source);
                RawConnection atTarget = new RawConnection(target)) {
            for (int db : DataSet.dbs(source, target)) {
                atSource.call("SELECT", Integer.toString(db));
                atTarget.call("SELECT", Integer.toString(db));
                describeDb(db, atSource, atTarget, lines);
            }
        }
        return lines;
    }

    private void describeDb(
            int db, RawConnection atSource, RawConnection atTarget, List<String> lines) {
        SortedSet<String> all = new TreeSet<>(DataSet.keys(atSource));
        all.addAll(DataSet.keys(atTarget));
        List<String> keys = new ArrayList<>(all);
        int differing = 0;
        for (int from = 0; from < keys.size(); from += CHUNK) {
            List<String> chunk = keys.subList(from, Math.min(keys.size(), from + CHUNK));
            List<Long> left = expiryTimes(source, atSource, chunk);
            List<Long> right = expiryTimes(target, atTarget, chunk);
            for (int i = 0; i < chunk.size(); i++) {
                if (!matches(left.get(i), right.get(i)) && ++differing <= limitPerDb) {
                    lines.add(
                            "db "
                                    + db
                                    + " key "
                                    + DataSet.printable(chunk.get(i), SHOWN_BYTES)
                                    + ": source "
                                    + show(left.get(i))
                                    + ", target "
                                    + show(right.get(i))
                                    + difference(left.get(i), right.get(i)));
                }
            }
        }
        if (differing > limitPerDb) {
            lines.add("db " + db + ": " + (differing - limitPerDb) + " more keys differ");
        }
    }

    private boolean matches(long atSource, long atTarget) {
        if (atSource < 0 || atTarget < 0) {
            return atSource == atTarget;
        }
        return Math.abs(atTarget - atSource - slackMillis) <= toleranceMillis;
    }

    private static String show(long time) {
        return time == NO_KEY ? "missing" : time == NO_EXPIRY ? "never" : Long.toString(time);
    }

    private static String difference(long atSource, long atTarget) {
        return atSource < 0 || atTarget < 0 ? "" : " (" + (atTarget - atSource) + " ms apart)";
    }

    /** Unix times in ms; {@link #NO_EXPIRY} and {@link #NO_KEY} as PEXPIRETIME answers them. */
    private static List<Long> expiryTimes(
            RedisServer server, RawConnection connection, List<String> keys) {
        if (server.binary().isAtLeast(7, 0)) {
            keys.forEach(key -> connection.queue("PEXPIRETIME", key));
            return connection.replies().stream().map(Long.class::cast).toList();
        }
        connection.queue("MULTI");
        connection.queue("TIME");
        keys.forEach(key -> connection.queue("PTTL", key));
        connection.queue("EXEC");
        List<Object> replies = connection.replies();
        List<?> results = (List<?>) replies.get(replies.size() - 1);
        List<?> time = (List<?>) results.get(0);
        long now =
                Long.parseLong(RawConnection.text(time.get(0))) * 1_000
                        + Long.parseLong(RawConnection.text(time.get(1))) / 1_000;
        return results.stream()
                .skip(1)
                .map(Long.class::cast)
                .map(remaining -> remaining < 0 ? remaining : Long.valueOf(now + remaining))
                .toList();
    }
}

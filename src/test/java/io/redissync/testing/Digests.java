package io.redissync.testing;

import io.redissync.command.Marker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * Compares two servers: the data by {@code DEBUG DIGEST}, the times of expiry key by key, markers
 * left out.
 *
 * <p>Both servers must be at rest, except for what they do by themselves: a key that expires
 * between the two looks makes them differ for a moment, so a comparison is repeated for some
 * seconds before it fails.
 */
public final class Digests {

    private static final Duration STANDS_STILL = Duration.ofSeconds(3);
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final int DIGEST_ATTEMPTS = 10_000;
    private static final int SHOWN_PER_DB = 10;
    private static final int LOOKUPS_AT_ONCE = 500;

    private Digests() {}

    /**
     * {@code DEBUG DIGEST} of the whole data set as if no marker were in db 0: 40 hexadecimal
     * digits, zeros when it is empty.
     *
     * <p>The markers are taken away and put back in one transaction, which is void when one of them
     * changes in the meantime: a job can go on writing. One of its batches may be answered nil by
     * it, as by any other change of a marker.
     *
     * @throws IllegalStateException when the server refuses a step of it
     */
    public static String debugDigestWithoutMarkers(RedisServer server) {
        try (RawConnection connection = new RawConnection(server)) {
            if (!server.binary().isAtLeast(3, 0)) {
                finishRehashing(server, connection);
            }
            for (int attempt = 0; attempt < DIGEST_ATTEMPTS; attempt++) {
                String digest = tryDigest(connection);
                if (digest != null) {
                    return digest;
                }
            }
        } catch (JedisConnectionException e) {
            throw new IllegalStateException(
                    "digest of " + server + ": the connection was lost; its log:\n" + server.log(),
                    e);
        }
        throw new IllegalStateException(
                "digest of "
                        + server
                        + ": its markers changed during each of "
                        + DIGEST_ATTEMPTS
                        + " attempts");
    }

    /**
     * A 2.8 server that meets an unfinished rehash of a db during DEBUG DIGEST fails an assertion
     * and ends. Every lookup moves the rehash on by a bucket.
     */
    private static void finishRehashing(RedisServer server, RawConnection connection) {
        for (int db : DataSet.dbs(server, server)) {
            connection.call("SELECT", Integer.toString(db));
            long lookups = 64 + 2 * (Long) connection.call("DBSIZE");
            while (lookups > 0) {
                for (int i = 0; i < LOOKUPS_AT_ONCE; i++) {
                    connection.queue("EXISTS", Marker.KEY_PREFIX);
                }
                connection.replies();
                lookups -= LOOKUPS_AT_ONCE;
            }
        }
        connection.call("SELECT", "0");
    }

    /** Null when a marker came, went or changed meanwhile. */
    private static String tryDigest(RawConnection connection) {
        String pattern = Marker.KEY_PREFIX + "*";
        List<String> markers = DataSet.scan(connection, pattern);
        List<Object> dumps = List.of();
        if (!markers.isEmpty()) {
            connection.call("WATCH", markers.toArray(String[]::new));
            markers.forEach(marker -> connection.queue("DUMP", marker));
            dumps = connection.replies();
            if (dumps.contains(null)) {
                connection.call("UNWATCH");
                return null;
            }
        }
        connection.queue("MULTI");
        // A marker that was made after the SCAN is not watched.
        connection.queue("KEYS", pattern);
        markers.forEach(marker -> connection.queue("DEL", marker));
        connection.queue("DEBUG", "DIGEST");
        for (int i = 0; i < markers.size(); i++) {
            connection.queueRaw(
                    "RESTORE",
                    RawConnection.bytes(markers.get(i)),
                    RawConnection.bytes("0"),
                    (byte[]) dumps.get(i));
        }
        connection.queue("EXEC");
        List<Object> replies = connection.replies();
        replies.forEach(Digests::mustBeNoError);
        List<?> results = (List<?>) replies.get(replies.size() - 1);
        if (results == null) {
            return null;
        }
        results.forEach(Digests::mustBeNoError);
        int present = ((List<?>) results.get(0)).size();
        return present == markers.size()
                ? RawConnection.text(results.get(1 + markers.size()))
                : null;
    }

    private static void mustBeNoError(Object reply) {
        if (reply instanceof JedisDataException refusal) {
            throw new IllegalStateException(
                    "DEBUG DIGEST without markers: refused: " + refusal.getMessage(), refusal);
        }
    }

    /**
     * Both hold the same keys with the same values in every db, and the same keys have some time of
     * expiry.
     *
     * @throws AssertionError otherwise, with the first differing keys of each db
     */
    public static void assertEqualData(RedisServer source, RedisServer target) {
        List<String> digests = new ArrayList<>();
        boolean equal =
                settles(
                        () -> {
                            digests.clear();
                            digests.add(debugDigestWithoutMarkers(source));
                            digests.add(debugDigestWithoutMarkers(target));
                            return digests.get(0).equals(digests.get(1))
                                    ? List.of()
                                    : List.copyOf(digests);
                        });
        if (!equal) {
            throw new AssertionError(
                    "data of source ("
                            + source
                            + ") and target ("
                            + target
                            + ") differ: digests "
                            + digests.get(0)
                            + " and "
                            + digests.get(1)
                            + ":\n"
                            + String.join("\n", dataDifferences(source, target)));
        }
    }

    /** The first differing keys of each db, one per line, with both values. */
    public static List<String> dataDifferences(RedisServer source, RedisServer target) {
        return new KeyDiff(source, target, SHOWN_PER_DB).describe();
    }

    /**
     * Every key of either server has a time of expiry on both or on neither, and the target's is
     * the source's plus the slack.
     *
     * @param slack what the sync adds ({@code target.ttl-slack})
     * @param tolerance how far from it a time may be, to either side
     * @throws AssertionError otherwise, with the first differing keys of each db
     */
    public static void assertEqualExpiry(
            RedisServer source, RedisServer target, Duration slack, Duration tolerance) {
        List<String> differences = new ArrayList<>();
        ExpiryDiff diff = new ExpiryDiff(source, target, slack, tolerance, SHOWN_PER_DB);
        boolean equal =
                settles(
                        () -> {
                            differences.clear();
                            differences.addAll(diff.describe());
                            // Times that are computed vary by a millisecond: the keys tell.
                            return differences.stream()
                                    .map(line -> line.replaceFirst(": source .*", ""))
                                    .toList();
                        });
        if (!equal) {
            throw new AssertionError(
                    "times of expiry of source ("
                            + source
                            + ") and target ("
                            + target
                            + ") differ (expected: target = source + "
                            + slack
                            + ", within "
                            + tolerance
                            + "):\n"
                            + String.join("\n", differences));
        }
    }

    /**
     * Looks again and again, until there is no difference (true), or the same one for a while
     * (false).
     */
    private static boolean settles(Supplier<List<String>> differences) {
        AtomicReference<List<String>> last = new AtomicReference<>(differences.get());
        AtomicLong since = new AtomicLong(System.nanoTime());
        try {
            Awaitility.await()
                    .pollInSameThread()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(POLL)
                    .atMost(TIMEOUT)
                    .until(
                            () -> {
                                List<String> now = differences.get();
                                if (!now.equals(last.getAndSet(now))) {
                                    since.set(System.nanoTime());
                                }
                                return now.isEmpty()
                                        || System.nanoTime() - since.get() > STANDS_STILL.toNanos();
                            });
        } catch (ConditionTimeoutException e) {
            return false;
        }
        return last.get().isEmpty();
    }
}

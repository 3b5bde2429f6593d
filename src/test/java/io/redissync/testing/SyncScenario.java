package io.redissync.testing;

import io.redissync.command.Marker;
import io.redissync.command.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import redis.clients.jedis.Jedis;

/**
 * A source with data, an empty target and a write load: what a test of the whole job begins with,
 * and the one statement that it ends with.
 */
public final class SyncScenario implements AutoCloseable {

    /** What the job adds to every expiry in these tests. */
    public static final Duration SLACK = Duration.ofMinutes(30);

    /** Servers of one machine share a clock, so what the source says absolutely arrives exactly. */
    private static final Duration EXPIRY_TOLERANCE = Duration.ofMillis(5);

    /**
     * A source below 7.0 says relative times, which count from their arrival: late by as long as a
     * fault kept them from arriving.
     */
    private static final Duration LATE_ARRIVAL = Duration.ofMinutes(1);

    private static final Duration CATCH_UP = Duration.ofMinutes(2);
    private static final String SHARD = "0";

    private final RedisServer source;
    private final RedisServer target;
    private final String syncName;
    private WriteLoad load;

    private SyncScenario(RedisServer source, RedisServer target, String syncName) {
        this.source = source;
        this.target = target;
        this.syncName = syncName;
    }

    /** Two servers, with a backlog at the source that no fault of these tests outlasts. */
    public static SyncScenario start(String syncName) {
        RedisServer source =
                RedisServer.start(
                        RedisBinary.best(),
                        "repl-backlog-size 512mb",
                        "repl-diskless-sync-delay 0");
        return new SyncScenario(source, RedisServer.start(RedisBinary.best()), syncName);
    }

    /** The same with servers of the test's own choice, which it closes itself or with this. */
    public static SyncScenario between(RedisServer source, RedisServer target, String syncName) {
        return new SyncScenario(source, target, syncName);
    }

    public RedisServer source() {
        return source;
    }

    public RedisServer target() {
        return target;
    }

    public WriteLoad load() {
        return load;
    }

    /** Writes so many small keys, which the snapshot will carry. */
    public SyncScenario fill(int keys) {
        try (Jedis jedis = source.jedis()) {
            for (int from = 0; from < keys; from += 1_000) {
                String[] pairs = new String[2 * Math.min(1_000, keys - from)];
                for (int i = 0; i < pairs.length; i += 2) {
                    pairs[i] = "fill:" + (from + i / 2);
                    pairs[i + 1] = "value of " + (from + i / 2);
                }
                jedis.mset(pairs);
            }
        }
        return this;
    }

    public SyncScenario startLoad(long seed) {
        return startLoad(WriteLoad.on(source).seed(seed));
    }

    public SyncScenario startLoad(WriteLoad.Builder builder) {
        load = builder.start();
        return this;
    }

    /** Options of the job for these two servers. */
    public List<String> options(String... more) {
        List<String> options =
                new ArrayList<>(
                        List.of(
                                "--source.addresses=" + source.address(),
                                "--target.addresses=" + target.address(),
                                "--sync.name=" + syncName,
                                "--target.ttl-slack=" + SLACK.toMinutes() + "min",
                                "--checkpoint.interval=1s"));
        options.addAll(Arrays.asList(more));
        return options;
    }

    public Optional<Marker> marker() {
        return Markers.read(target, syncName, SHARD).values().stream().findFirst();
    }

    /** Waits until the target's marker is in this phase. */
    public void awaitPhase(Phase phase) {
        Awaitility.await("phase " + phase + " at the target")
                .atMost(CATCH_UP)
                .until(() -> marker().filter(m -> m.position().phase() == phase).isPresent());
    }

    /** Waits until the target has applied more than it has now. */
    public void awaitProgress() {
        Marker before = marker().orElseThrow();
        Awaitility.await("a marker other than " + before)
                .atMost(CATCH_UP)
                .until(() -> marker().filter(m -> isBeyond(m, before)).isPresent());
    }

    private static boolean isBeyond(Marker now, Marker before) {
        return !now.position().sameHistory(before.position())
                || now.position().isAfter(before.position());
    }

    public void awaitCaughtUp() {
        Markers.awaitCaughtUp(source, target, syncName, SHARD, CATCH_UP);
    }

    /** Full resyncs that the source has made. */
    public long fullResyncs() {
        return source.infoLong("stats", "sync_full");
    }

    /** Ends the load, waits, and compares everything: data, expiries, counted increments. */
    public void assertConverged() {
        load.stop();
        awaitCaughtUp();
        awaitExpired();
        Digests.assertEqualData(source, target);
        Digests.assertEqualExpiry(
                source,
                target,
                SLACK,
                source.binary().isAtLeast(7, 0) ? EXPIRY_TOLERANCE : LATE_ARRIVAL);
        load.assertCounters(target);
    }

    /** What expires at the source expires at the target by the DEL that follows. */
    private void awaitExpired() {
        Awaitility.await("keys near their end have expired")
                .atMost(CATCH_UP)
                .until(
                        () ->
                                Digests.debugDigestWithoutMarkers(source)
                                        .equals(Digests.debugDigestWithoutMarkers(target)));
    }

    @Override
    public void close() {
        if (load != null) {
            load.close();
        }
        target.close();
        source.close();
    }
}

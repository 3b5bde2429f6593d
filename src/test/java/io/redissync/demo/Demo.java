package io.redissync.demo;

import io.redissync.testing.Digests;
import io.redissync.testing.Markers;
import io.redissync.testing.Ports;
import io.redissync.testing.RedisBinary;
import io.redissync.testing.RedisServer;
import io.redissync.testing.SyncProcess;
import io.redissync.testing.WriteLoad;
import io.redissync.testing.WriteLoad.Feature;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Shows a sync from beginning to end and says whether both sides are equal.
 *
 * <p>Ends with 0 when they are, 1 when they are not or the sync failed, 2 on a wrong option.
 */
public final class Demo {

    private static final String SYNC_NAME = "default";
    private static final String SHARD = "0";
    private static final int WEB_UI_PORT = 8081;
    private static final int WRITING_SECONDS = 8;
    private static final Duration START_TIMEOUT = Duration.ofMinutes(3);
    private static final Duration CATCH_UP_TIMEOUT = Duration.ofMinutes(2);

    /** The default of {@code target.ttl-slack}. */
    private static final Duration TTL_SLACK = Duration.ofHours(1);

    private static final Duration TTL_TOLERANCE = Duration.ofSeconds(5);

    /** No FLUSHDB and SWAPDB here: a viewer wants to find the data again. */
    private static final Set<Feature> WRITES =
            EnumSet.of(
                    Feature.COUNTERS,
                    Feature.LISTS,
                    Feature.HASHES,
                    Feature.TRANSACTIONS,
                    Feature.EXPIRING,
                    Feature.RENEWED_TTLS);

    private enum After {
        END,
        KEEP_RUNNING
    }

    private static volatile boolean ending;

    private Demo() {}

    public static void main(String[] arguments) {
        List<String> options = List.of(arguments);
        if (!options.isEmpty() && !options.equals(List.of("--keep"))) {
            say("usage: scripts/demo.sh [--keep]");
            say("  --keep   leave the servers, the sync and its Web UI running until Ctrl-C");
            System.exit(options.equals(List.of("--help")) ? 0 : 2);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> ending = true, "demo-ending"));
        int code;
        try {
            code = run(options.isEmpty() ? After.END : After.KEEP_RUNNING);
        } catch (IllegalStateException | AssertionError | ConditionTimeoutException e) {
            say("");
            say("FAILED: " + e.getMessage());
            code = 1;
        }
        System.exit(code);
    }

    private static int run(After after) {
        RedisBinary binary = RedisBinary.best();
        step(1, "Starting two throw-away Redis servers (" + binary.version() + ")");
        try (RedisServer source = RedisServer.start(binary);
                RedisServer target = RedisServer.start(binary)) {
            detail("source  " + source.address());
            detail("target  " + target.address());

            step(2, "Filling the source");
            detail(
                    DemoData.fill(source)
                            + " keys in three dbs: strings, hashes, lists, sets, sorted sets,"
                            + " streams, keys with an expiry");

            int webPort = Ports.isFree(WEB_UI_PORT) ? WEB_UI_PORT : Ports.free();
            List<String> syncOptions =
                    List.of(
                            "--source.addresses=" + source.address(),
                            "--target.addresses=" + target.address(),
                            "--rest.port=" + webPort);
            step(3, "Starting the sync while the source is being written to");
            detail("scripts/sync.sh " + String.join(" ", syncOptions));
            try (WriteLoad load =
                            WriteLoad.on(source).features(WRITES).commandsPerSecond(2_000).start();
                    SyncProcess sync = SyncProcess.start(syncOptions, Map.of(), Demo::syncSaid)) {
                sync.awaitLine("^shard \\S+\\s+stream\\b", START_TIMEOUT);
                boolean equal = watch(source, target, load, sync);
                if (after == After.KEEP_RUNNING && equal) {
                    keepRunning(source, target, sync, webPort);
                }
                return equal ? 0 : 1;
            }
        }
    }

    private static boolean watch(
            RedisServer source, RedisServer target, WriteLoad load, SyncProcess sync) {
        step(
                4,
                "The snapshot is over, changes stream: "
                        + WRITING_SECONDS
                        + " seconds more of INCR, RPUSH, HSET, MULTI … EXEC and expiring keys");
        for (int second = 0; second < WRITING_SECONDS; second++) {
            mustRun(sync, Duration.ofSeconds(1));
        }
        load.stop();
        detail(load.commands() + " commands written, " + load.increments() + " of them counted");

        step(5, "Waiting until the target has caught up");
        long offset = source.infoLong("replication", "master_repl_offset");
        long deadline = System.nanoTime() + CATCH_UP_TIMEOUT.toNanos();
        while (!Markers.isCaughtUp(source, target, SYNC_NAME, SHARD, offset)) {
            mustRun(sync, Duration.ofMillis(100));
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(
                        "the target is not at offset "
                                + offset
                                + " after "
                                + CATCH_UP_TIMEOUT.toSeconds()
                                + " s; its markers: "
                                + Markers.read(target, SYNC_NAME, SHARD));
            }
        }
        detail("at offset " + offset);

        step(6, "Comparing both sides");
        return compare(source, target, load);
    }

    private static boolean compare(RedisServer source, RedisServer target, WriteLoad load) {
        AssertionError difference = null;
        try {
            Digests.assertEqualData(source, target);
            load.assertCounters(target);
            Digests.assertEqualExpiry(source, target, TTL_SLACK, TTL_TOLERANCE);
        } catch (AssertionError e) {
            difference = e;
        }
        detail("DEBUG DIGEST of the source  " + Digests.debugDigestWithoutMarkers(source));
        detail("DEBUG DIGEST of the target  " + Digests.debugDigestWithoutMarkers(target));
        if (difference != null) {
            say("");
            say("DIFFERENT: " + difference.getMessage());
            return false;
        }
        detail("counters: each of " + load.increments() + " INCRs applied exactly once");
        detail(
                "times of expiry: the source's plus "
                        + TTL_SLACK.toHours()
                        + " h (target.ttl-slack; the source's DEL removes a key on time)");
        say("");
        say("equal");
        return true;
    }

    private static void keepRunning(
            RedisServer source, RedisServer target, SyncProcess sync, int webPort) {
        try (WriteLoad light =
                WriteLoad.on(source).features(WRITES).seed(2).commandsPerSecond(100).start()) {
            say("");
            say("Everything is left running, with 100 commands per second. Ctrl-C ends it.");
            detail("source  redis-cli -p " + source.port());
            detail("target  redis-cli -p " + target.port());
            detail("Web UI  http://localhost:" + webPort);
            mustRun(sync, Duration.ofDays(365));
        }
    }

    private static void mustRun(SyncProcess sync, Duration duration) {
        OptionalInt code = sync.endWithin(duration);
        if (code.isPresent()) {
            throw new IllegalStateException(
                    "scripts/sync.sh ended by itself with exit code " + code.getAsInt());
        }
    }

    private static void syncSaid(String line) {
        if (!ending) {
            say("   [sync] " + line);
        }
    }

    private static void step(int number, String what) {
        say("");
        say("== " + number + "/6 " + what);
    }

    private static void detail(String text) {
        say("   " + text);
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}

package io.redissync.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.redissync.testing.Digests;
import io.redissync.testing.Markers;
import io.redissync.testing.RedisBinary;
import io.redissync.testing.RedisServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Transaction;

/** The two masters behind a proxy, copied into one target: two shards in two lanes. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class TwoShardsIT {

    private static final String SYNC = "two";
    private static final int KEYS = 5_000;

    /** Microseconds per key of a dump: a second for all of them. */
    private static final String SLOW_DUMP = "rdb-key-save-delay 200";

    @TempDir private Path dir;
    private final RedisServer left = RedisServer.start(RedisBinary.best(), SLOW_DUMP);
    private final RedisServer right = RedisServer.start(RedisBinary.best(), SLOW_DUMP);
    private final RedisServer target = RedisServer.start(RedisBinary.best());

    /** Is written what both sources are: what the target has to be equal to. */
    private final RedisServer both = RedisServer.start(RedisBinary.best());

    @AfterEach
    void stopServers() {
        List.of(left, right, target, both).forEach(RedisServer::close);
    }

    @Test
    void bothAreCopiedAndAFlushOfOneIsNotOneOfTheOther() {
        fill(left, "left");
        fill(right, "right");
        try (SyncRun run = SyncRun.start(dir, options("--source.max-concurrent-full-syncs=1"))) {
            assertSnapshotsOneAfterTheOther();
            write("left", 300, left, both);
            write("right", 500, right, both);
            awaitEqual();
            assertThat(run.progress("0")).isNotEmpty();
            assertThat(run.progress("1")).isNotEmpty();

            try (Jedis jedis = left.jedis()) {
                jedis.flushAll();
            }
            assertThat(run.exitCode()).as(run.output()).isEqualTo(1);
            assertThat(run.failures())
                    .singleElement()
                    .asString()
                    .contains("shard 0", "FLUSHALL", "set on-flush to ignore", "other lanes");
        }
        try (SyncRun run = SyncRun.start(dir, options("--on-flush=ignore"))) {
            run.process().awaitLine("left out FLUSHALL", SyncRun.PATIENCE);
            write("left again", 100, left, both);
            write("right", 100, right, both);
            awaitEqual();
            assertThat(run.stop()).as(run.output()).isZero();
        }
        assertThat(left.infoLong("stats", "sync_full")).isEqualTo(1);
        assertThat(right.infoLong("stats", "sync_full")).isEqualTo(1);
    }

    private List<String> options(String... more) {
        List<String> options =
                new ArrayList<>(
                        List.of(
                                "--source.addresses=" + left.address() + "," + right.address(),
                                "--target.addresses=" + target.address(),
                                "--sync.name=" + SYNC,
                                "--checkpoint.interval=1s"));
        options.addAll(Arrays.asList(more));
        return options;
    }

    /** Watches the sources until both have sent their data. */
    private void assertSnapshotsOneAfterTheOther() {
        Set<RedisServer> seen = new HashSet<>();
        Awaitility.await("two snapshots, one after the other")
                .atMost(SyncRun.PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(20))
                .failFast("both sources dump at a time", () -> isDumping(left) && isDumping(right))
                .until(
                        () -> {
                            List.of(left, right).stream()
                                    .filter(TwoShardsIT::isDumping)
                                    .forEach(seen::add);
                            return isOnline(left) && isOnline(right);
                        });
        assertThat(seen).as("seen to dump").containsExactlyInAnyOrder(left, right);
    }

    private static boolean isDumping(RedisServer server) {
        return server.infoLong("persistence", "rdb_bgsave_in_progress") == 1;
    }

    private static boolean isOnline(RedisServer server) {
        try (Jedis jedis = server.jedis()) {
            return jedis.info("replication").contains("state=online");
        }
    }

    private void fill(RedisServer server, String prefix) {
        for (RedisServer each : List.of(server, both)) {
            try (Jedis jedis = each.jedis()) {
                Pipeline pipeline = jedis.pipelined();
                for (int i = 0; i < KEYS; i++) {
                    pipeline.set(prefix + ":" + i, "value " + i);
                }
                pipeline.sync();
            }
        }
    }

    /** The same to all of these servers: two dbs, transactions, and what must not come twice. */
    private static void write(String prefix, int rounds, RedisServer... servers) {
        for (RedisServer server : servers) {
            try (Jedis jedis = server.jedis()) {
                for (int i = 0; i < rounds; i++) {
                    jedis.select(i % 2);
                    jedis.incr(prefix + ":counter");
                    jedis.rpush(prefix + ":list", "element " + i);
                    Transaction transaction = jedis.multi();
                    transaction.append(prefix + ":text", "," + i);
                    transaction.hincrBy(prefix + ":hash", "field " + i % 7, i);
                    transaction.exec();
                }
            }
        }
    }

    private void awaitEqual() {
        Markers.awaitCaughtUp(left, target, SYNC, "0", SyncRun.PATIENCE);
        Markers.awaitCaughtUp(right, target, SYNC, "1", SyncRun.PATIENCE);
        Digests.assertEqualData(both, target);
    }
}

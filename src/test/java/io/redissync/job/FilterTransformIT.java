package io.redissync.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.redissync.command.Phase;
import io.redissync.testing.Digests;
import io.redissync.testing.RedisBinary;
import io.redissync.testing.RedisServer;
import io.redissync.testing.SyncScenario;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Transaction;

/** Filters and transforms make the same of the data in a snapshot and of the commands behind it. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class FilterTransformIT {

    private static final List<String> RULES =
            List.of(
                    "--filter.db.allow=0,1",
                    "--filter.key.allow-prefix=user:,order:",
                    "--filter.key.allow-glob=item:[ab]:*",
                    "--filter.key.allow-regex=ses{2}ion:[0-9]+",
                    "--filter.key.block-prefix=user:tmp:",
                    "--filter.key.block-suffix=:secret",
                    "--filter.command.block=APPEND",
                    "--filter.category.block=set",
                    "--transform.db-map=1:5",
                    "--transform.key.replace-prefix=user\\::member\\:",
                    "--transform.key.strip-prefix=order:",
                    "--transform.key.add-prefix=new:");

    @TempDir private Path dir;

    @Test
    void snapshotAndStreamGiveTheSame() {
        try (SyncScenario snapshot = scenario("snapshot");
                SyncScenario stream = scenario("stream")) {
            try (SyncRun streaming = run(stream, "--sync.mode=stream")) {
                write(snapshot.source());
                try (SyncRun copying = run(snapshot, "--sync.mode=full")) {
                    stream.awaitPhase(Phase.STREAM);
                    write(stream.source());
                    stream.awaitCaughtUp();
                    assertThat(copying.exitCode()).as(copying.output()).isZero();
                }
                Digests.assertEqualData(snapshot.target(), stream.target());

                // Only the stream has commands to block.
                try (Jedis source = stream.source().jedis();
                        Jedis target = stream.target().jedis()) {
                    source.append("user:1", " and more");
                    stream.awaitCaughtUp();
                    assertThat(target.get("member:1")).isEqualTo("ann");
                }
                assertThat(streaming.stop()).as(streaming.output()).isZero();
            }
            assertContent(snapshot.target());
        }
    }

    private static SyncScenario scenario(String name) {
        return SyncScenario.between(
                RedisServer.start(RedisBinary.best()), RedisServer.start(RedisBinary.best()), name);
    }

    private SyncRun run(SyncScenario scenario, String mode) {
        List<String> options = new ArrayList<>(scenario.options(mode));
        options.addAll(RULES);
        return SyncRun.start(dir.resolve(mode.substring(mode.indexOf('=') + 1)), options);
    }

    private static void write(RedisServer server) {
        try (Jedis jedis = server.jedis()) {
            jedis.mset("user:1", "ann", "other:1", "x", "order:7", "book", "user:tmp:1", "x");
            jedis.mset("user:2", "bob", "user:2:secret", "x", "order:8", "lamp", "order:9", "oil");
            jedis.del("order:8", "other:1", "user:2");
            jedis.mset("item:a:1", "1", "item:c:1", "3", "item:b:2", "2", "item:a:1:secret", "x");
            jedis.set("session:12", "s");
            jedis.set("session:none", "s");
            jedis.set("sesion:12", "s");
            jedis.sadd("user:set", "m");
            jedis.hset("user:hash", "f", "v");
            jedis.zadd("order:zset", 1.5, "m");
            jedis.pexpireAt("order:9", 4_102_444_800_000L);
            Transaction transaction = jedis.multi();
            transaction.rpush("user:list", "a", "b");
            transaction.set("other:2", "x");
            transaction.incrBy("order:count", 5);
            transaction.sadd("order:set", "m");
            transaction.exec();
            jedis.rename("order:count", "order:sum");
            jedis.select(1);
            jedis.set("user:1", "ann of db 1");
            jedis.set("other:1", "x");
            jedis.select(2);
            jedis.set("user:1", "of a db that is left out");
            jedis.flushDB();
            jedis.set("user:3", "of a db that is left out");
        }
    }

    private static void assertContent(RedisServer target) {
        try (Jedis jedis = target.jedis()) {
            assertThat(keys(jedis))
                    .containsExactly(
                            "member:1",
                            "member:hash",
                            "member:list",
                            "new:7",
                            "new:9",
                            "new:item:a:1",
                            "new:item:b:2",
                            "new:session:12",
                            "new:sum",
                            "new:zset");
            assertThat(jedis.get("member:1")).isEqualTo("ann");
            assertThat(jedis.get("new:7")).isEqualTo("book");
            assertThat(jedis.get("new:sum")).isEqualTo("5");
            assertThat(jedis.lrange("member:list", 0, -1)).containsExactly("a", "b");
            assertThat(jedis.pttl("new:9")).isPositive();
            jedis.select(5);
            assertThat(keys(jedis)).containsExactly("member:1");
            assertThat(jedis.get("member:1")).isEqualTo("ann of db 1");
            assertThat(jedis.info("keyspace").lines().filter(l -> l.startsWith("db")))
                    .as("dbs in use")
                    .hasSize(2);
        }
    }

    private static Set<String> keys(Jedis jedis) {
        Set<String> keys = new TreeSet<>(jedis.keys("*"));
        keys.removeIf(key -> key.startsWith("__redis_sync__:"));
        return keys;
    }
}

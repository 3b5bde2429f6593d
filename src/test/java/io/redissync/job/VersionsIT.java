package io.redissync.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.redissync.command.Phase;
import io.redissync.testing.Digests;
import io.redissync.testing.Markers;
import io.redissync.testing.RedisBinary;
import io.redissync.testing.RedisServer;
import io.redissync.testing.SyncScenario;
import io.redissync.testing.TestCertificates;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.StreamEntryID;

/**
 * Servers of different versions, by snapshot and by stream: every type that the source has, binary
 * and empty keys and values, several dbs, large values, times of expiry.
 */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class VersionsIT {

    /** Of a time of expiry that a server before 7.0 streams as a relative one. */
    private static final Duration ON_ITS_WAY = Duration.ofMillis(1_500);

    private static final Duration EXACT = Duration.ofMillis(5);
    private static final String SYNC = "versions";

    @TempDir private Path dir;

    @ParameterizedTest
    @CsvSource({"V6_2, V6_2", "V2_8, V6_2", "V6_2, ON_PATH", "ON_PATH, ON_PATH"})
    void everyTypeAndEveryByte(RedisBinary from, RedisBinary to) {
        Assumptions.assumeTrue(from.isPresent() && to.isPresent(), "a server of that version");
        try (RedisServer source = RedisServer.start(from);
                RedisServer target = RedisServer.start(to)) {
            write(source, "before");
            // A server's clock goes on while a key travels; what has an absolute time does not.
            try (SyncRun run = SyncRun.start(dir, options(source, target, Duration.ZERO))) {
                awaitStream(source, target);
                Digests.assertEqualExpiry(source, target, Duration.ZERO, EXACT);
                write(source, "after");
                Markers.awaitCaughtUp(source, target, SYNC, "0", SyncRun.PATIENCE);
                Digests.assertEqualData(source, target);
                Digests.assertEqualExpiry(
                        source, target, Duration.ZERO, from.isAtLeast(7, 0) ? EXACT : ON_ITS_WAY);
                if (to.isAtLeast(7, 0)) {
                    assertThat(libraries(target)).isEqualTo(libraries(source));
                }
                assertThat(run.stop()).as(run.output()).isZero();
            }
        }
    }

    @Test
    void tlsAndPasswordsAtBothEndsAndLargeValues() {
        try (RedisServer source = RedisServer.startTls("requirepass source-secret");
                RedisServer target = RedisServer.startTls("requirepass target-secret")) {
            writeLarge(source, "before");
            List<String> options = new ArrayList<>(options(source, target, SyncScenario.SLACK));
            for (String end : List.of("source", "target")) {
                options.add("--" + end + ".tls.enabled=true");
                options.add("--" + end + ".tls.ca-file=" + TestCertificates.ca());
                options.add("--" + end + ".password=" + end + "-secret");
            }
            try (SyncRun run = SyncRun.start(dir, options, Map.of("SYNC_HEAP", "1g"))) {
                awaitStream(source, target);
                writeLarge(source, "after");
                Markers.awaitCaughtUp(source, target, SYNC, "0", SyncRun.PATIENCE);
                Digests.assertEqualData(source, target);
                Digests.assertEqualExpiry(source, target, SyncScenario.SLACK, ON_ITS_WAY);
                assertThat(run.stop()).as(run.output()).isZero();
            }
        }
    }

    private static List<String> options(RedisServer source, RedisServer target, Duration slack) {
        return List.of(
                "--source.addresses=" + source.address(),
                "--target.addresses=" + target.address(),
                "--sync.name=" + SYNC,
                "--target.ttl-slack=" + slack.toMinutes() + "min",
                "--checkpoint.interval=1s");
    }

    private static void awaitStream(RedisServer source, RedisServer target) {
        SyncScenario.between(source, target, SYNC).awaitPhase(Phase.STREAM);
    }

    private static void write(RedisServer server, String when) {
        try (Jedis jedis = server.jedis()) {
            for (int db : new int[] {0, 7, 15}) {
                jedis.select(db);
                writeTypes(jedis, when);
                writeBytes(jedis, when);
                writeExpiring(jedis, when);
            }
            if (server.binary().isAtLeast(5, 0)) {
                writeStreams(jedis, when);
            }
            if (server.binary().isAtLeast(7, 0)) {
                jedis.functionLoad(
                        "#!lua name=lib_"
                                + when
                                + "\nredis.register_function('f_"
                                + when
                                + "', function() return '"
                                + when
                                + "' end)");
                jedis.fcall("f_" + when, List.of(), List.of());
            }
        }
    }

    private static void writeTypes(Jedis jedis, String when) {
        jedis.set(when + ":number", "-12345");
        jedis.set(when + ":long number", "123456789012345678901234567890");
        jedis.rpush(when + ":list", "a", "1", "-70000", "x".repeat(300));
        jedis.sadd(when + ":intset", "1", "2", "70000", "5000000000");
        jedis.sadd(when + ":set", "a", "b", "c");
        jedis.hmset(when + ":hash", Map.of("f", "v", "n", "1"));
        jedis.zadd(when + ":zset", Map.of("a", 1.5, "b", -0.1, "inf", Double.POSITIVE_INFINITY));
        Pipeline many = jedis.pipelined();
        for (int i = 0; i < 2_000; i++) {
            many.rpush(when + ":long list", "element " + i);
            many.sadd(when + ":large set", "member " + i);
            many.hset(when + ":large hash", "field " + i, "value " + i);
            many.zadd(when + ":large zset", i / 3.0, "member " + i);
        }
        many.pfadd(when + ":hyperloglog", "a", "b", "c");
        many.sync();
    }

    private static void writeBytes(Jedis jedis, String when) {
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        byte[] prefix = when.getBytes(StandardCharsets.US_ASCII);
        byte[] key = Arrays.copyOf(prefix, prefix.length + all.length);
        System.arraycopy(all, 0, key, prefix.length, all.length);
        jedis.set(key, all);
        jedis.set(when + ":empty", "");
        jedis.hset(when + ":hash of empty", "", "");
        jedis.rpush((when + "\r\n*3\r\n").getBytes(StandardCharsets.US_ASCII), all, new byte[0]);
        jedis.append("", when);
    }

    private static void writeExpiring(Jedis jedis, String when) {
        long soon = System.currentTimeMillis() + 600_000;
        jedis.setex(when + ":relative", 900, "v");
        jedis.set(when + ":absolute", "v");
        jedis.pexpireAt(when + ":absolute", soon + 123);
        jedis.rpush(when + ":list that expires", "a");
        jedis.pexpireAt(when + ":list that expires", soon + 4_567);
        jedis.set(when + ":persists", "v");
        jedis.pexpireAt(when + ":persists", soon);
        jedis.persist(when + ":persists");
    }

    private static void writeStreams(Jedis jedis, String when) {
        String key = when + ":stream";
        for (int i = 1; i <= 300; i++) {
            jedis.xadd(key, new StreamEntryID(i, i), Map.of("f", "v" + i, "g", "w"));
        }
        jedis.xdel(key, new StreamEntryID(5, 5));
        jedis.xgroupCreate(key, "group", new StreamEntryID(10, 0), false);
        jedis.sendCommand(
                () -> "XREADGROUP".getBytes(StandardCharsets.US_ASCII),
                "GROUP",
                "group",
                "consumer",
                "COUNT",
                "3",
                "STREAMS",
                key,
                ">");
        jedis.xack(key, "group", new StreamEntryID(11, 11));
    }

    private static void writeLarge(RedisServer server, String when) {
        byte[] value = new byte[64 << 20];
        new Random(when.hashCode()).nextBytes(value);
        try (Jedis jedis = server.jedis()) {
            jedis.set((when + ":64 MB").getBytes(StandardCharsets.US_ASCII), value);
            Pipeline pipeline = jedis.pipelined();
            for (int i = 0; i < 200_000; i++) {
                pipeline.hset(when + ":200,000 fields", "field " + i, "value " + i);
            }
            pipeline.expire(when + ":200,000 fields", 3_600);
            pipeline.sync();
        }
    }

    private static List<String> libraries(RedisServer server) {
        if (!server.binary().isAtLeast(7, 0)) {
            return List.of();
        }
        try (Jedis jedis = server.jedis()) {
            return jedis.functionListWithCode().stream()
                    .map(library -> library.getLibraryCode())
                    .sorted()
                    .toList();
        }
    }
}

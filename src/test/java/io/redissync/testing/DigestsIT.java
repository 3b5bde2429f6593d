package io.redissync.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.redissync.command.History;
import io.redissync.command.Marker;
import io.redissync.command.Phase;
import io.redissync.command.Position;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Transaction;

class DigestsIT {

    static List<RedisBinary> binaries() {
        return RedisBinary.present();
    }

    @ParameterizedTest
    @MethodSource("binaries")
    void equalAfterCopyingByDumpAndRestore(RedisBinary binary) {
        try (RedisServer source = RedisServer.start(binary);
                RedisServer target = RedisServer.start(binary)) {
            fill(source);
            copy(source, target);
            String digest = Digests.debugDigestWithoutMarkers(source);
            assertThat(digest).matches("[0-9a-f]{40}").isNotEqualTo("0".repeat(40));
            assertThat(Digests.debugDigestWithoutMarkers(target)).isEqualTo(digest);
            Digests.assertEqualData(source, target);
            Digests.assertEqualExpiry(source, target, Duration.ZERO, Duration.ofSeconds(2));
        }
    }

    @ParameterizedTest
    @MethodSource("binaries")
    void showsEveryKindOfDifference(RedisBinary binary) {
        try (RedisServer source = RedisServer.start(binary);
                RedisServer target = RedisServer.start(binary);
                Jedis three = target.jedis(3);
                Jedis zero = target.jedis()) {
            fill(source);
            copy(source, target);
            zero.rpush("list", "one too many");
            zero.del("zset");
            zero.set(new byte[] {'n', 'e', 'w', 0, (byte) 0xff}, new byte[] {1});
            three.hset("hash", "f1", "changed");
            assertThatThrownBy(() -> Digests.assertEqualData(source, target))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("db 0 key list")
                    .hasMessageContaining("one too many")
                    .hasMessageContaining("db 0 key zset")
                    .hasMessageContaining("target: missing")
                    .hasMessageContaining("db 0 key new\\x00\\xff")
                    .hasMessageContaining("source: missing")
                    .hasMessageContaining("db 3 key hash")
                    .hasMessageContaining("changed")
                    .hasMessageNotContaining("key string");
        }
    }

    @ParameterizedTest
    @MethodSource("binaries")
    void comparesTimesOfExpiryWithTheSlack(RedisBinary binary) {
        try (RedisServer source = RedisServer.start(binary);
                RedisServer target = RedisServer.start(binary);
                Jedis atSource = source.jedis();
                Jedis atTarget = target.jedis()) {
            Duration slack = Duration.ofHours(1);
            Duration tolerance = Duration.ofSeconds(2);
            long time = System.currentTimeMillis() + 600_000;
            atSource.set("kept", "v");
            atTarget.set("kept", "v");
            atSource.set("expiring", "v");
            atSource.pexpireAt("expiring", time);
            atTarget.set("expiring", "v");
            atTarget.pexpireAt("expiring", time + slack.toMillis());
            Digests.assertEqualExpiry(source, target, slack, tolerance);
            assertThat(new ExpiryDiff(source, target, Duration.ZERO, tolerance, 5).describe())
                    .singleElement()
                    .asString()
                    .contains("key expiring", "3600000 ms apart");
            atTarget.persist("expiring");
            assertThat(new ExpiryDiff(source, target, slack, tolerance, 5).describe())
                    .singleElement()
                    .asString()
                    .contains("key expiring", "target never");
        }
    }

    @Test
    void aWrongTimeOfExpiryFailsTheAssertion() {
        try (RedisServer source = RedisServer.start(RedisBinary.V6_2);
                RedisServer target = RedisServer.start(RedisBinary.V6_2);
                Jedis atSource = source.jedis();
                Jedis atTarget = target.jedis()) {
            atSource.setex("expiring", 600, "v");
            atTarget.setex("expiring", 700, "v");
            assertThatThrownBy(
                            () ->
                                    Digests.assertEqualExpiry(
                                            source, target, Duration.ZERO, Duration.ofSeconds(2)))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("key expiring");
            Digests.assertEqualExpiry(
                    source, target, Duration.ofSeconds(100), Duration.ofSeconds(2));
        }
    }

    @ParameterizedTest
    @MethodSource("binaries")
    void leavesOutMarkersWhileAWriterRewritesThem(RedisBinary binary) {
        try (RedisServer server = RedisServer.start(binary)) {
            fill(server);
            String expected = Digests.debugDigestWithoutMarkers(server);
            AtomicBoolean stop = new AtomicBoolean();
            AtomicInteger written = new AtomicInteger();
            CompletableFuture<Void> writer =
                    CompletableFuture.runAsync(() -> rewriteMarkers(server, stop, written));
            try {
                Awaitility.await().until(() -> written.get() > 10);
                for (int i = 0; i < 50; i++) {
                    assertThat(Digests.debugDigestWithoutMarkers(server)).isEqualTo(expected);
                }
            } finally {
                stop.set(true);
                assertThatCode(writer::join).doesNotThrowAnyException();
            }
            assertThat(Markers.read(server, "digests", "0")).containsOnlyKeys(0, 1);
            assertThat(Markers.read(server, "digests", "0").get(0).position().offset())
                    .isEqualTo(written.get());
        }
    }

    @Test
    void anEmptyServerHasTheDigestOfNothingWithAndWithoutMarkers() {
        try (RedisServer server = RedisServer.start(RedisBinary.V6_2);
                Jedis jedis = server.jedis()) {
            assertThat(Digests.debugDigestWithoutMarkers(server)).isEqualTo("0".repeat(40));
            jedis.hset(Marker.key("digests", "0", 0), "t", marker("t", 1).encode());
            assertThat(Digests.debugDigestWithoutMarkers(server)).isEqualTo("0".repeat(40));
        }
    }

    @Test
    void markersTellWhenTheTargetHasReachedTheSource() {
        try (RedisServer source = RedisServer.start(RedisBinary.V6_2);
                RedisServer target = RedisServer.start(RedisBinary.V6_2);
                Jedis jedis = target.jedis()) {
            String replid = source.info("replication", "master_replid");
            assertThatThrownBy(() -> awaitShortly(source, target))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("not at offset 0");
            Position elsewhere =
                    new Position(new History(1, 1), "f".repeat(40), Phase.STREAM, 1_000, 0);
            jedis.hset(Marker.key("s", "0", 0), "t1", value("t1", elsewhere));
            assertThatThrownBy(() -> awaitShortly(source, target))
                    .isInstanceOf(AssertionError.class);
            Position snapshot = new Position(new History(1, 1), replid, Phase.SNAPSHOT, 1_000, 0);
            jedis.hset(Marker.key("s", "0", 0), "t1", value("t1", snapshot));
            assertThatThrownBy(() -> awaitShortly(source, target))
                    .isInstanceOf(AssertionError.class);
            Position stream = new Position(new History(1, 1), replid, Phase.STREAM, 0, 0);
            jedis.hset(Marker.key("s", "0", 0), "t1", value("t1", stream));
            jedis.hset(Marker.key("s", "0", 0), "stale", Marker.MISBELIEF);
            awaitShortly(source, target);
        }
    }

    private static void awaitShortly(RedisServer source, RedisServer target) {
        Markers.awaitCaughtUp(source, target, "s", "0", Duration.ofMillis(300));
    }

    private static String value(String token, Position position) {
        return new Marker(token, position, 0, "shard", 1, true, "it").encode();
    }

    private static Marker marker(String token, long offset) {
        return new Marker(
                token,
                new Position(new History(1, 1), "a".repeat(40), Phase.STREAM, offset, 0),
                offset,
                "shard",
                1,
                true,
                "digests-it");
    }

    private static void rewriteMarkers(
            RedisServer server, AtomicBoolean stop, AtomicInteger written) {
        try (Jedis jedis = server.jedis()) {
            while (!stop.get()) {
                int offset = written.get() + 1;
                try (Transaction transaction = jedis.multi()) {
                    for (int lane = 0; lane < 2; lane++) {
                        String key = Marker.key("digests", "0", lane);
                        transaction.del(key);
                        transaction.hset(key, "t" + offset, marker("t" + offset, offset).encode());
                    }
                    transaction.exec();
                }
                written.set(offset);
            }
        }
    }

    private static void fill(RedisServer server) {
        for (int db : new int[] {0, 3}) {
            try (Jedis jedis = server.jedis(db)) {
                jedis.set("string", "value of db " + db);
                jedis.set(new byte[] {0, (byte) 0xff, '\r', '\n'}, new byte[] {(byte) 0x80, 0});
                jedis.setex("expiring", 3_600, "v");
                for (int i = 0; i < 600; i++) {
                    jedis.rpush("list", "element " + i);
                    jedis.sadd("set", "member " + i);
                    jedis.hset("hash", "f" + i, "v" + i);
                    jedis.zadd("zset", i / 7.0, "m" + i);
                }
                if (server.binary().isAtLeast(5, 0)) {
                    for (int i = 1; i <= 200; i++) {
                        RawCommand xadd = RawCommand.of("XADD");
                        jedis.sendCommand(xadd, "stream", "1-" + i, "f", Integer.toString(i));
                    }
                }
            }
        }
    }

    private static void copy(RedisServer source, RedisServer target) {
        for (int db : new int[] {0, 3}) {
            try (RawConnection from = new RawConnection(source);
                    Jedis to = target.jedis(db)) {
                from.call("SELECT", Integer.toString(db));
                for (String key : DataSet.keys(from)) {
                    long ttl = (Long) from.call("PTTL", key);
                    to.restore(
                            RawConnection.bytes(key),
                            Math.max(0, ttl),
                            (byte[]) from.call("DUMP", key));
                }
            }
        }
    }
}

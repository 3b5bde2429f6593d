package io.redissync.sink;

import static io.redissync.sink.SinkKit.HISTORY;
import static io.redissync.sink.SinkKit.apply;
import static io.redissync.sink.SinkKit.assertCounted;
import static io.redissync.sink.SinkKit.begin;
import static io.redissync.sink.SinkKit.command;
import static io.redissync.sink.SinkKit.counting;
import static io.redissync.sink.SinkKit.entry;
import static io.redissync.sink.SinkKit.marker;
import static io.redissync.sink.SinkKit.markerKey;
import static io.redissync.sink.SinkKit.put;
import static io.redissync.sink.SinkKit.single;
import static io.redissync.sink.SinkKit.snapshot;
import static io.redissync.sink.SinkKit.stream;
import static io.redissync.sink.SinkKit.tick;
import static io.redissync.sink.SinkKit.transaction;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.redissync.command.Change;
import io.redissync.command.Command;
import io.redissync.command.DbCommand;
import io.redissync.command.History;
import io.redissync.command.Marker;
import io.redissync.connection.ConnectionSettings;
import io.redissync.connection.TlsSettings;
import io.redissync.testing.RedisBinary;
import io.redissync.testing.RedisServer;
import io.redissync.testing.TestCertificates;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.Jedis;

/** What the sink accepts, replaces, refuses and keeps apart (invariants 3, 4, 9, 11). */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SinkRulesIT {

    private static final History NEWER = new History(0x2222, 2);

    private RedisServer server;
    private Jedis jedis;

    @BeforeEach
    void start() {
        server = RedisServer.start(RedisBinary.V6_2);
        jedis = server.jedis();
    }

    @AfterEach
    void stop() {
        jedis.close();
        server.close();
    }

    private SinkKit kit() {
        return new SinkKit(server.address());
    }

    private static void failsWith(
            ThrowingCallable action, Class<? extends Throwable> type, String... words) {
        assertThatThrownBy(action)
                .satisfiesAnyOf(
                        e -> assertThat(e).isInstanceOf(type),
                        e -> assertThat(e).hasCauseInstanceOf(type))
                .hasMessageContainingAll(words)
                .message()
                .doesNotContain("secret");
    }

    @Test
    void existingDataIsRefusedWithItsDbsOrOverwritten() throws Exception {
        jedis.set("mine", "1");
        try (Jedis third = server.jedis(3)) {
            third.set("mine", "3");
        }
        try (RedisSinkWriter writer = kit().writer()) {
            failsWith(
                    () -> apply(writer, begin(), single(5, "SET", "k", "v")),
                    FatalSinkException.class,
                    "db0:keys=1",
                    "db3:keys=1",
                    "sync 'test'",
                    "target.existing-data: overwrite");
        }
        assertThat(jedis.exists("k")).isFalse();
        SinkKit overwrite = kit();
        overwrite.existingData = ExistingData.OVERWRITE;
        try (RedisSinkWriter writer = overwrite.writer()) {
            apply(writer, begin(), single(5, "SET", "k", "v"));
        }
        assertThat(jedis.get("mine")).isEqualTo("1");
        assertThat(jedis.get("k")).isEqualTo("v");
        assertThat(marker(jedis).exclusive()).isFalse();
    }

    @Test
    void twoShardsShareOneEmptyTarget() throws Exception {
        SinkKit kit = kit();
        kit.shards = List.of("a", "b");
        try (RedisSinkWriter writer = kit.writer()) {
            apply(
                    writer,
                    begin(),
                    single(5, "SET", "ka", "1"),
                    new Change.Begin("b", 2, snapshot(NEWER, 0)),
                    new Change.Single("b", 2, stream(NEWER, 9), command(0, "SET", "kb", "2")));
        }
        assertThat(jedis.mget("ka", "kb")).containsExactly("1", "2");
        assertThat(jedis.exists(Marker.key("test", "b", 2))).isTrue();
        assertThat(marker(jedis).exclusive()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Delivery.class)
    void aNewerHistoryTakesOverAndEmptiesWhatIsItsOwn(Delivery delivery) throws Exception {
        SinkKit kit = kit();
        kit.delivery = delivery;
        try (RedisSinkWriter writer = kit.writer()) {
            apply(writer, begin(), single(5, "SET", "old", "1"), tick(6));
            assertThat(marker(jedis).exclusive()).isTrue();
            // Old changes and the new beginning in one go, as when the source resyncs.
            put(writer, single(7, "SET", "older", "1"), begin(NEWER));
            put(
                    writer,
                    new Change.Single("a", 0, stream(NEWER, 3), command(0, "SET", "new", "1")),
                    new Change.Tick("a", 0, stream(NEWER, 4)));
            writer.flush(false);
        }
        assertThat(jedis.keys("*")).containsExactlyInAnyOrder("new", markerKey());
        assertThat(marker(jedis).position()).isEqualTo(stream(NEWER, 4));
    }

    @Test
    void aNewerHistoryKeepsWhatMayBeOthers() throws Exception {
        SinkKit kit = kit();
        kit.existingData = ExistingData.OVERWRITE;
        jedis.set("mine", "1");
        try (RedisSinkWriter writer = kit.writer()) {
            apply(writer, begin(), single(5, "SET", "old", "1"));
            apply(writer, begin(NEWER));
        }
        assertThat(jedis.keys("*")).containsExactlyInAnyOrder("mine", "old", markerKey());
    }

    @Test
    void anotherCopyOfTheSyncIsRefused() throws Exception {
        SinkKit other = kit();
        other.instance = "another submission";
        try (RedisSinkWriter writer = other.writer()) {
            apply(writer, begin(NEWER));
        }
        try (RedisSinkWriter writer = kit().writer()) {
            failsWith(
                    () -> apply(writer, begin()),
                    FatalSinkException.class,
                    "another copy of sync 'test'",
                    "sync.name");
        }
        try (RedisSinkWriter writer = kit().writer()) {
            failsWith(
                    () -> apply(writer, tick(5), single(6, "SET", "k", "v")),
                    FatalSinkException.class,
                    "another copy");
        }
        try (RedisSinkWriter writer = kit().writer()) {
            apply(writer, new Change.Tick("a", 0, stream(NEWER, 4)).inLane(0));
        } catch (IOException e) {
            // The tick lies behind the marker: what is between would be missing.
            assertThat(e).hasCauseInstanceOf(TargetLostWritesException.class);
        }
        assertThat(jedis.exists("k")).isFalse();
    }

    /** Attempts of one job follow each other; the one that wakes up late is not another copy. */
    @Test
    void aHistoryOfAnEarlierAttemptOfThisJobIsGoneAbove() throws Exception {
        try (RedisSinkWriter writer = kit().writer()) {
            apply(writer, begin(NEWER));
        }
        History sameEpoch = new History(0x3333, NEWER.epoch());
        for (Change[] late :
                new Change[][] {
                    {begin(sameEpoch)}, {begin()}, {tick(5), single(6, "SET", "k", "v")}
                }) {
            try (RedisSinkWriter writer = kit().writer()) {
                failsWith(
                        () -> apply(writer, late),
                        TargetLostWritesException.class,
                        "belongs to another history");
            }
        }
        assertThat(marker(jedis).position()).isEqualTo(SinkKit.snapshot(NEWER, 0));
    }

    @Test
    void anotherCopysCompleteHistoryIsGoneBackTo() throws Exception {
        try (RedisSinkWriter writer = kit().writer()) {
            apply(writer, begin(NEWER));
            apply(writer, new Change.Single("a", 0, stream(NEWER, 9), command(0, "SET", "k", "2")));
        }
        try (RedisSinkWriter writer = kit().writer()) {
            failsWith(
                    () -> apply(writer, tick(5), single(6, "SET", "k", "v")),
                    TargetLostWritesException.class,
                    "another history");
        }
        assertThat(jedis.get("k")).isEqualTo("2");
    }

    @Test
    void aRefusedCommandIsRememberedUntilSomebodyDecides() throws Exception {
        SinkKit kit = kit();
        kit.batchCommands = 2;
        String refusedKey = markerKey() + ":refused";
        try (RedisSinkWriter writer = kit.writer()) {
            apply(writer, begin(), single(1, "SET", "text", "x"));
            failsWith(
                    () ->
                            apply(
                                    writer,
                                    single(2, "SET", "a", "1"),
                                    single(3, "LPUSH", "text", "secret value"),
                                    single(4, "SET", "b", "1"),
                                    single(5, "INCR", "text"),
                                    single(6, "SET", "c", "1"),
                                    single(7, "SET", "d", "1")),
                    FatalSinkException.class,
                    "LPUSH \"text\"",
                    "WRONGTYPE",
                    "DEL " + refusedKey);
        }
        assertThat(jedis.get(refusedKey))
                .contains("LPUSH \"text\"", "WRONGTYPE")
                .doesNotContain("secret");
        assertThat(jedis.get("a")).isEqualTo("1");
        long reached = marker(jedis).position().offset();
        try (RedisSinkWriter writer = kit.writer()) {
            failsWith(
                    () -> apply(writer, tick(reached)),
                    FatalSinkException.class,
                    "LPUSH \"text\"",
                    refusedKey);
        }
        jedis.del(refusedKey);
        try (RedisSinkWriter writer = kit.writer()) {
            apply(writer, tick(reached), single(20, "SET", "e", "1"));
        }
        assertThat(jedis.get("e")).isEqualTo("1");
    }

    @Test
    void anUnknownCommandAppliesNothingOfItsBatch() throws Exception {
        try (RedisSinkWriter writer = kit().writer()) {
            apply(writer, begin(), single(1, "SET", "x", "1"));
            failsWith(
                    () ->
                            apply(
                                    writer,
                                    transaction(
                                            3,
                                            command(0, "SET", "y", "1"),
                                            command(0, "NOSUCH", "z", "secret"),
                                            command(0, "SET", "z", "1"))),
                    FatalSinkException.class,
                    "unknown command `NOSUCH`",
                    "(its command 2 ",
                    "Nothing of its batch was applied");
        }
        assertThat(jedis.keys("*")).containsExactlyInAnyOrder("x", markerKey());
        assertThat(marker(jedis).position().offset()).isEqualTo(1);
    }

    @Test
    void everyCommandRunsInItsDb() throws Exception {
        SinkKit kit = kit();
        kit.batchCommands = 10;
        try (RedisSinkWriter writer = kit.writer()) {
            put(writer, begin());
            for (int i = 1; i <= 300; i++) {
                put(writer, single(i, i % 4, "INCR", "n"));
            }
            put(writer, transaction(400, command(5, "SET", "t", "5"), command(6, "SET", "t", "6")));
            writer.flush(false);
            for (int db = 0; db < 4; db++) {
                try (Jedis each = server.jedis(db)) {
                    assertThat(each.get("n")).isEqualTo("75");
                }
            }
            failsWith(
                    () ->
                            apply(
                                    writer,
                                    single(500, "SET", "before", "1"),
                                    single(501, 16, "SET", "wrong", "1")),
                    FatalSinkException.class,
                    "SELECT 16",
                    "databases",
                    "transform.db-map");
        }
        for (int db = 0; db < 16; db++) {
            try (Jedis each = server.jedis(db)) {
                assertThat(each.exists("wrong")).isFalse();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Delivery.class)
    void theMarkerSurvivesFlushesAndSwaps(Delivery delivery) throws Exception {
        SinkKit kit = kit();
        kit.delivery = delivery;
        try (RedisSinkWriter writer = kit.writer()) {
            apply(writer, begin(), single(1, "SET", "x", "1"), single(2, 3, "SET", "y", "1"));
            apply(writer, single(3, "FLUSHALL"), tick(4));
            assertThat(jedis.keys("*")).containsExactly(markerKey());
            apply(writer, single(5, 3, "SET", "y", "3"), single(6, "SWAPDB", "0", "3"), tick(7));
            assertThat(jedis.keys("*")).containsExactlyInAnyOrder("y", markerKey());
            try (Jedis third = server.jedis(3)) {
                assertThat(third.dbSize()).isZero();
            }
            apply(writer, single(8, "FLUSHDB"), tick(9));
            assertThat(jedis.keys("*")).containsExactly(markerKey());
            apply(
                    writer,
                    transaction(
                            20,
                            command(0, "SET", "z", "1"),
                            command(0, "SWAPDB", "3", "0"),
                            command(0, "SET", "w", "1"),
                            command(0, "SWAPDB", "1", "0")),
                    single(21, 1, "INCR", "v"),
                    tick(22));
            assertThat(jedis.keys("*")).containsExactly(markerKey());
            try (Jedis first = server.jedis(1);
                    Jedis third = server.jedis(3)) {
                assertThat(first.keys("*")).containsExactlyInAnyOrder("w", "v");
                assertThat(third.keys("*")).containsExactly("z");
            }
            assertThat(marker(jedis).position().offset()).isEqualTo(22);
            failsWith(
                    () -> apply(writer, single(30, "SWAPDB", "0", "16")),
                    FatalSinkException.class,
                    "SELECT 16");
        }
    }

    @Test
    void transactionsStayWhole() throws Exception {
        SinkKit kit = kit();
        kit.batchCommands = 3;
        DbCommand[] commands = new DbCommand[50];
        for (int i = 0; i < commands.length; i++) {
            commands[i] = command(0, "APPEND", "t", "x");
        }
        try (Jedis monitor = server.jedis();
                RedisSinkWriter writer = kit.writer()) {
            apply(writer, begin());
            put(writer, single(1, "SET", "a", "1"));
            for (int i = 1; i <= 20; i++) {
                put(writer, transaction(10L * i, commands));
            }
            // What another client sees is always a whole number of transactions.
            long seen;
            do {
                seen = monitor.strlen("t");
                assertThat(seen % 50).isZero();
            } while (seen < 1000);
            writer.flush(false);
        }
    }

    @Test
    void expiriesArePutOff() throws Exception {
        SinkKit kit = kit();
        kit.slack = Duration.ofHours(1);
        long at = (System.currentTimeMillis() / 1000 + 100) * 1000;
        long late = at + Duration.ofHours(1).toMillis();
        jedis.set("snap", "v");
        Change entry = entry(HISTORY, 10, jedis, 0, "snap", at);
        jedis.del("snap");
        try (RedisSinkWriter writer = kit.writer()) {
            apply(
                    writer,
                    begin(),
                    entry,
                    single(1, "SET", "px", "v", "PXAT", Long.toString(at)),
                    single(2, "SET", "later", "v"),
                    single(3, "PEXPIREAT", "later", Long.toString(at)));
        }
        long now = System.currentTimeMillis();
        for (String key : List.of("snap", "px", "later")) {
            assertThat(now + jedis.pttl(key)).as(key).isBetween(late - 2_000, late + 2_000);
        }
    }

    @Test
    void atLeastOnceMarksOnlyWhatWasConfirmed() throws Exception {
        SinkKit kit = kit();
        kit.delivery = Delivery.AT_LEAST_ONCE;
        kit.batchCommands = 10;
        try (RedisSinkWriter writer = kit.writer()) {
            apply(writer, begin(), tick(1));
            put(writer, counting(1, 500));
            apply(writer, tick(6_000));
            assertCounted(jedis, 500);
            assertThat(marker(jedis).position().offset()).isEqualTo(6_000);
            // Refused for a while in the middle of things: nothing may be marked over it.
            jedis.configSet("maxmemory", "1");
            put(writer, single(6_001, "SET", "k1", "1"), single(6_002, "DEL", "n"));
            org.awaitility.Awaitility.await()
                    .until(() -> server.infoLong("stats", "total_connections_received") > 8);
            assertThat(marker(jedis).position().offset()).isEqualTo(6_000);
            jedis.configSet("maxmemory", "0");
            apply(writer, tick(6_003));
            assertThat(jedis.get("k1")).isEqualTo("1");
            assertThat(marker(jedis).position().offset()).isEqualTo(6_003);
        }
        try (RedisSinkWriter writer = kit.writer()) {
            apply(writer, tick(6_003), single(6_004, "SET", "k2", "1"), tick(6_005));
            assertThat(jedis.get("k2")).isEqualTo("1");
        }
    }

    @Test
    void ratesAreKept() throws Exception {
        SinkKit commands = kit();
        commands.batchCommands = 50;
        commands.commandsPerSecond = 500;
        long start = System.nanoTime();
        try (RedisSinkWriter writer = commands.writer()) {
            put(writer, begin());
            put(writer, counting(1, 250)); // 750 commands: 700 of them have to wait.
            writer.flush(false);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isBetween(Duration.ofMillis(1_300), Duration.ofSeconds(20));
        SinkKit bytes = kit();
        bytes.batchBytes = 20_000;
        bytes.bytesPerSecond = 200_000;
        start = System.nanoTime();
        try (RedisSinkWriter writer = bytes.writer()) {
            put(writer, tick(2_503));
            for (int i = 1; i <= 30; i++) {
                put(writer, single(3_000 + i, "SET", "big", "x".repeat(10_000)));
            }
            writer.flush(false);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isBetween(Duration.ofMillis(1_300), Duration.ofSeconds(20));
    }

    @Test
    void anOldTargetTakesSnapshotAndStream() throws Exception {
        try (RedisServer old = RedisServer.start(RedisBinary.V2_8);
                Jedis there = old.jedis()) {
            there.set("s", "text");
            there.rpush("l", "1", "2");
            long at = System.currentTimeMillis() + 100_000;
            List<Change> entries =
                    List.of(
                            begin(),
                            entry(HISTORY, 10, there, 0, "s", -1),
                            entry(HISTORY, 20, there, 0, "l", at),
                            // Once more, as after a resync that does not empty the target.
                            entry(HISTORY, 30, there, 0, "s", -1),
                            entry(HISTORY, 40, there, 1, "l", 1),
                            tick(1),
                            single(2, "SET", "px", "v", "PXAT", Long.toString(at)));
            there.flushAll();
            try (RedisSinkWriter writer = new SinkKit(old.address()).writer()) {
                put(writer, entries);
                put(writer, counting(1, 100).stream().filter(c -> !isList(c)).toList());
                writer.flush(false);
            }
            assertThat(there.get("n")).isEqualTo("100");
            assertThat(there.get("s")).startsWith("text1,2,");
            assertThat(there.lrange("l", 0, -1)).containsExactly("1", "2");
            assertThat(there.pttl("l")).isBetween(60_000L, 101_000L);
            assertThat(there.pttl("px")).isBetween(60_000L, 101_000L);
        }
    }

    private static boolean isList(Change change) {
        Command command = ((Change.Single) change).command().command();
        return command.name().equals("RPUSH");
    }

    @Test
    void aTargetIsReachedByTls() throws Exception {
        try (RedisServer tls = RedisServer.startTls("requirepass geheim");
                Jedis there = tls.jedis()) {
            SinkKit kit = new SinkKit(tls.address());
            TlsSettings trusting =
                    new TlsSettings(TestCertificates.ca().toString(), null, null, true);
            kit.connection =
                    new ConnectionSettings(
                            null,
                            new io.redissync.connection.Secret("geheim"),
                            trusting,
                            Duration.ofSeconds(5),
                            Duration.ofSeconds(20));
            try (RedisSinkWriter writer = kit.writer()) {
                apply(writer, begin(), tick(1));
                put(writer, counting(1, 2_000));
                writer.flush(false);
            }
            assertCounted(there, 2_000);
        }
    }

    /** A lane's beginning needs the connection for itself; a busy lane must make room. */
    @Test
    void aBusyLaneDoesNotStarveAnother() throws Exception {
        SinkKit kit = kit();
        kit.shards = List.of("a", "b");
        kit.batchCommands = 20;
        try (RedisSinkWriter writer = kit.writer()) {
            apply(writer, begin(), tick(1));
            put(writer, counting(1, 1_000));
            put(
                    writer,
                    new Change.Begin("b", 2, snapshot(NEWER, 0)),
                    new Change.Single("b", 2, stream(NEWER, 1), command(0, "SET", "kb", "1")),
                    new Change.Single("b", 2, stream(NEWER, 2), command(4, "SET", "kb", "1")));
            int n = 1_000;
            try (Jedis fourth = server.jedis(4)) {
                while (!fourth.exists("kb")) {
                    assertThat(n).isLessThan(400_000);
                    put(writer, counting(n + 1, n + 500));
                    n += 500;
                }
            }
            writer.flush(false);
            assertThat(jedis.get("n")).isEqualTo(Integer.toString(n));
        }
    }

    @Test
    void aMarkerThatIsNoneIsNamed() throws Exception {
        jedis.hset(markerKey(), "token", "v=9 something");
        try (RedisSinkWriter writer = kit().writer()) {
            failsWith(
                    () -> apply(writer, tick(5)),
                    FatalSinkException.class,
                    markerKey(),
                    "unknown version 9");
        }
    }
}

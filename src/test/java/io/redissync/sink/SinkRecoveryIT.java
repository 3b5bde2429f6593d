package io.redissync.sink;

import static io.redissync.sink.SinkKit.HISTORY;
import static io.redissync.sink.SinkKit.apply;
import static io.redissync.sink.SinkKit.assertCounted;
import static io.redissync.sink.SinkKit.begin;
import static io.redissync.sink.SinkKit.counting;
import static io.redissync.sink.SinkKit.marker;
import static io.redissync.sink.SinkKit.markerKey;
import static io.redissync.sink.SinkKit.put;
import static io.redissync.sink.SinkKit.single;
import static io.redissync.sink.SinkKit.stream;
import static io.redissync.sink.SinkKit.tick;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.redissync.command.Change;
import io.redissync.command.Command;
import io.redissync.command.DbCommand;
import io.redissync.command.History;
import io.redissync.connection.ConnectionSettings;
import io.redissync.connection.Secret;
import io.redissync.connection.TlsSettings;
import io.redissync.testing.CutProxy;
import io.redissync.testing.RawCommand;
import io.redissync.testing.RedisBinary;
import io.redissync.testing.RedisServer;
import io.redissync.testing.TestCertificates;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;

/** The sink when the target fails, refuses, forgets or stands still (invariants 1 and 4). */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class SinkRecoveryIT {

    private RedisServer server;

    private RedisServer start(RedisBinary binary, String... config) {
        server = RedisServer.start(binary, config);
        return server;
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    private SinkKit kit() {
        SinkKit kit = new SinkKit(server.address());
        kit.batchCommands = 20;
        return kit;
    }

    /** Feeds counting changes in the background until it is told to end. */
    private static final class Load {
        private final AtomicInteger fed = new AtomicInteger();
        private volatile boolean ending;
        private final CompletableFuture<Void> done;

        Load(RedisSinkWriter writer) {
            done =
                    CompletableFuture.runAsync(
                            () -> {
                                try {
                                    while (!ending) {
                                        int n = fed.get();
                                        put(writer, counting(n + 1, n + 10));
                                        writer.flush(false);
                                        put(writer, counting(n + 11, n + 40));
                                        fed.set(n + 40);
                                    }
                                    writer.flush(false);
                                } catch (IOException | InterruptedException e) {
                                    throw new CompletionException(e.toString(), e);
                                }
                            });
        }

        void awaitMore() {
            int before = fed.get();
            await().atMost(Duration.ofSeconds(40))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> fed.get() > before + 80 || done.isDone());
        }

        int end() {
            ending = true;
            done.join();
            return fed.get();
        }
    }

    private static void assertLost(org.assertj.core.api.ThrowableAssert.ThrowingCallable action) {
        assertThatThrownBy(action)
                .isInstanceOf(IOException.class)
                .hasCauseInstanceOf(TargetLostWritesException.class);
    }

    @Test
    void aKilledTargetComesBackWithEverything() throws Exception {
        start(RedisBinary.V6_2, "appendonly yes", "appendfsync always");
        try (RedisSinkWriter writer = kit().writer()) {
            apply(writer, begin(), tick(1));
            Load load = new Load(writer);
            for (int i = 0; i < 3; i++) {
                load.awaitMore();
                server.kill9();
                server.restart();
            }
            load.awaitMore();
            int n = load.end();
            try (Jedis jedis = server.jedis()) {
                assertCounted(jedis, n);
            }
        }
    }

    @Test
    void aTargetThatComesBackEmptyIsNoticedAndTakenAgain() throws Exception {
        start(RedisBinary.V6_2);
        try (RedisSinkWriter writer = kit().writer()) {
            apply(writer, begin(), tick(1));
            put(writer, counting(1, 100));
            writer.flush(false);
            server.kill9();
            server.restart();
            assertLost(() -> apply(writer, single(5_000, "INCR", "n")));
        }
        try (RedisSinkWriter writer = kit().writer()) {
            assertLost(() -> apply(writer, tick(1_003)));
        }
        try (Jedis jedis = server.jedis();
                RedisSinkWriter writer = kit().writer()) {
            assertThat(jedis.exists("n")).isFalse();
            // The leftover of a batch is neither a marker nor somebody's data.
            jedis.hset(markerKey(), "token", "!");
            History next = new History(7, 2);
            apply(
                    writer,
                    begin(next),
                    new Change.Single(
                            "a",
                            0,
                            stream(next, 5),
                            new DbCommand(0, Command.ofText("SET", "k", "v"))));
            assertThat(jedis.get("k")).isEqualTo("v");
        }
    }

    @Test
    void aTargetEmptiedUnderTheConnectionIsNoticed() throws Exception {
        start(RedisBinary.V6_2);
        try (RedisSinkWriter writer = kit().writer();
                Jedis jedis = server.jedis()) {
            apply(writer, begin(), tick(1), single(2, "SET", "k", "v"));
            jedis.flushAll();
            assertLost(() -> apply(writer, single(3, "INCR", "n")));
            assertThat(jedis.exists("n")).isFalse();
        }
    }

    @Test
    void aTargetSetBackIsNoticed() throws Exception {
        start(RedisBinary.V6_2);
        try (RedisSinkWriter writer = kit().writer();
                Jedis jedis = server.jedis()) {
            apply(writer, begin(), tick(1));
            put(writer, counting(1, 10));
            writer.flush(false);
            byte[] data = jedis.dump("n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
            byte[] old = jedis.dump(markerKey().getBytes(java.nio.charset.StandardCharsets.UTF_8));
            put(writer, counting(11, 20));
            writer.flush(false);
            jedis.del(markerKey(), "n");
            jedis.restore(markerKey(), 0, old);
            jedis.restore("n".getBytes(java.nio.charset.StandardCharsets.UTF_8), 0, data);
            assertLost(() -> apply(writer, single(300, "INCR", "n")));
            assertThat(jedis.get("n")).isEqualTo("10");
        }
        try (RedisSinkWriter writer = kit().writer()) {
            // A restore of the job at its checkpoint finds the same.
            assertLost(() -> apply(writer, tick(203)));
        }
        try (RedisSinkWriter writer = kit().writer()) {
            apply(writer, tick(103), single(111, "INCR", "n"));
        }
    }

    @Test
    void killedConnectionsLoseNothing() throws Exception {
        start(RedisBinary.best());
        try (RedisSinkWriter writer = kit().writer();
                Jedis jedis = server.jedis()) {
            apply(writer, begin(), tick(1));
            Load load = new Load(writer);
            for (int i = 0; i < 20; i++) {
                load.awaitMore();
                jedis.sendCommand(
                        RawCommand.of("CLIENT"), "KILL", "TYPE", "normal", "SKIPME", "yes");
            }
            assertCounted(jedis, load.end());
        }
    }

    @Test
    void refusalsThatPassAreWaitedOut() throws Exception {
        start(RedisBinary.V6_2);
        try (RedisSinkWriter writer = kit().writer();
                Jedis jedis = server.jedis()) {
            apply(writer, begin(), tick(1));
            Load load = new Load(writer);
            for (int i = 0; i < 3; i++) {
                load.awaitMore();
                jedis.configSet("maxmemory", "1");
                awaitReconnects(3);
                jedis.configSet("maxmemory", "0");
                load.awaitMore();
                jedis.configSet("min-replicas-to-write", "1");
                awaitReconnects(3);
                jedis.configSet("min-replicas-to-write", "0");
            }
            load.awaitMore();
            assertCounted(jedis, load.end());
        }
    }

    @Test
    void aReplicaThatIsPromotedGoesOn() throws Exception {
        start(RedisBinary.V6_2);
        try (RedisServer master = RedisServer.start(RedisBinary.V6_2);
                RedisSinkWriter writer = new SinkKit(master.address()).writer()) {
            apply(writer, begin(), tick(1));
            put(writer, counting(1, 50));
            writer.flush(false);
            try (Jedis jedis = server.jedis()) {
                jedis.replicaof("127.0.0.1", master.port());
                await().until(() -> server.info("replication", "master_link_status").equals("up"));
                RedisSinkWriter other = kit().writer();
                try (other) {
                    put(other, tick(503));
                    put(other, counting(51, 80));
                    awaitReconnects(2);
                    jedis.replicaofNoOne();
                    other.flush(false);
                    assertCounted(jedis, 80);
                }
            }
        }
    }

    @Test
    void aBusyTargetIsWaitedFor() throws Exception {
        start(RedisBinary.best(), "lua-time-limit 50");
        try (RedisSinkWriter writer = kit().writer();
                Jedis jedis = server.jedis()) {
            apply(writer, begin(), tick(1));
            Load load = new Load(writer);
            for (int i = 0; i < 3; i++) {
                load.awaitMore();
                CompletableFuture<Void> loop =
                        CompletableFuture.runAsync(
                                () -> {
                                    try (Jedis busy = server.jedis()) {
                                        busy.eval("while true do end");
                                    } catch (JedisException e) {
                                        assertThat(e).hasMessageContaining("kill");
                                    }
                                });
                await().ignoreExceptions()
                        .until(
                                () -> {
                                    try (Jedis killer = server.jedis()) {
                                        return killer.scriptKill().equals("OK");
                                    }
                                });
                loop.join();
            }
            load.awaitMore();
            assertCounted(jedis, load.end());
        }
    }

    @Test
    void aTargetThatLoadsIsWaitedFor() throws Exception {
        start(RedisBinary.best(), "appendonly yes", "appendfsync always");
        try (Jedis jedis = server.jedis()) {
            jedis.sendCommand(RawCommand.of("DEBUG"), "POPULATE", "20000", "k", "10");
        }
        SinkKit kit = kit();
        kit.existingData = ExistingData.OVERWRITE;
        try (RedisSinkWriter writer = kit.writer()) {
            apply(writer, begin(), tick(1));
            put(writer, counting(1, 300));
            writer.flush(false);
            try (Jedis jedis = server.jedis()) {
                jedis.configSet("key-load-delay", "50");
                CompletableFuture<Void> loading =
                        CompletableFuture.runAsync(
                                () -> {
                                    try (Jedis loader = server.jedis()) {
                                        loader.sendCommand(RawCommand.of("DEBUG"), "LOADAOF");
                                    }
                                });
                put(writer, counting(301, 600));
                writer.flush(false);
                loading.join();
                assertCounted(jedis, 600);
            }
        }
    }

    @Test
    void aTargetThatStandsStillIsWaitedFor() throws Exception {
        start(RedisBinary.V6_2);
        try (CutProxy proxy = CutProxy.to(server.address())) {
            SinkKit kit = new SinkKit(proxy.address());
            kit.connection =
                    new ConnectionSettings(
                            null, null, null, Duration.ofSeconds(1), Duration.ofMillis(300));
            try (RedisSinkWriter writer = kit.writer()) {
                apply(writer, begin(), tick(1));
                put(writer, counting(1, 2_000));
                server.suspend();
                put(writer, counting(2_001, 4_000));
                await().atMost(Duration.ofSeconds(20)).until(() -> proxy.accepted() >= 4);
                server.resume();
                writer.flush(false);
                try (Jedis jedis = server.jedis()) {
                    assertCounted(jedis, 4_000);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "tls"})
    void closingDoesNotWaitForATargetThatStandsStill(String transport) throws Exception {
        server =
                transport.equals("tls")
                        ? RedisServer.startTls()
                        : RedisServer.start(RedisBinary.V6_2);
        SinkKit kit = kit();
        if (transport.equals("tls")) {
            kit.connection =
                    new ConnectionSettings(
                            null,
                            null,
                            new TlsSettings(TestCertificates.ca().toString(), null, null, true),
                            Duration.ofSeconds(5),
                            Duration.ofSeconds(60));
        }
        RedisSinkWriter writer = kit.writer();
        apply(writer, begin(), tick(1));
        server.suspend();
        put(writer, single(100, "SET", "k", "x".repeat(30_000_000)));
        await().until(SinkRecoveryIT::senderWrites);
        long start = System.nanoTime();
        writer.close();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        server.resume();
    }

    /** Whether a sender is inside of a write to its socket. */
    private static boolean senderWrites() {
        for (Map.Entry<Thread, StackTraceElement[]> thread :
                Thread.getAllStackTraces().entrySet()) {
            if (thread.getKey().getName().startsWith("redis-sync-sender")) {
                for (StackTraceElement frame : thread.getValue()) {
                    if (frame.getClassName().endsWith("RedisConnection")
                            && frame.getMethodName().equals("write")) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    @Test
    void theRetryTimeoutEndsTheWriter() throws Exception {
        start(RedisBinary.V6_2);
        SinkKit kit = kit();
        kit.retryTimeout = Duration.ofMillis(500);
        try (RedisSinkWriter writer = kit.writer()) {
            apply(writer, begin(), tick(1));
            server.kill9();
            assertThatThrownBy(() -> apply(writer, single(2, "SET", "k", "v")))
                    .isInstanceOf(IOException.class)
                    .hasMessageContainingAll("sink.retry-timeout", server.address().toString());
        }
    }

    /** One failure long ago must not make the next look like a long one. */
    @Test
    void theRetryTimeoutStartsAnewAfterSuccess() throws Exception {
        start(RedisBinary.V6_2);
        try (CutProxy proxy = CutProxy.to(server.address())) {
            SinkKit kit = new SinkKit(proxy.address());
            kit.retryTimeout = Duration.ofMillis(600);
            try (RedisSinkWriter writer = kit.writer();
                    Jedis jedis = server.jedis()) {
                apply(writer, begin(), tick(1));
                for (int i = 1; i <= 3; i++) {
                    // Applied, its answer lost: after the reconnect nothing is left to send.
                    proxy.loseAnswerTo("INCR", 0);
                    long start = System.nanoTime();
                    apply(writer, single(10L + i, "INCR", "n"));
                    await().until(
                                    () ->
                                            System.nanoTime() - start
                                                    > Duration.ofMillis(700).toNanos());
                }
                assertThat(jedis.get("n")).isEqualTo("3");
            }
        }
    }

    @Test
    void wrongCredentialsAreSaidAtOnce() throws Exception {
        start(RedisBinary.V6_2, "requirepass right", "user poor on >poor ~* +@all -hsetnx");
        for (String[] user :
                new String[][] {{null, "wrong"}, {"nobody", "wrong"}, {"poor", "poor"}}) {
            SinkKit kit = kit();
            kit.connection =
                    new ConnectionSettings(
                            user[0],
                            new Secret(user[1]),
                            null,
                            Duration.ofSeconds(5),
                            Duration.ofSeconds(5));
            try (RedisSinkWriter writer = kit.writer()) {
                boolean permission = "poor".equals(user[1]);
                assertThatThrownBy(() -> apply(writer, begin()))
                        .isInstanceOf(FatalSinkException.class)
                        .hasMessageContaining(permission ? "NOPERM" : "WRONGPASS")
                        .hasMessageContaining(permission ? "needs the commands" : "target.password")
                        .message()
                        .doesNotContain("wrong ")
                        .doesNotContain(">poor");
            }
        }
        SinkKit none = kit();
        try (RedisSinkWriter writer = none.writer()) {
            assertThatThrownBy(() -> apply(writer, begin()))
                    .isInstanceOf(FatalSinkException.class)
                    .hasMessageContainingAll("NOAUTH", "target.password");
        }
    }

    @Test
    void aPermissionTakenAwayAppliesNothing() throws Exception {
        start(RedisBinary.V6_2);
        try (RedisSinkWriter writer = kit().writer();
                Jedis jedis = server.jedis()) {
            apply(writer, begin(), tick(1));
            jedis.aclSetUser("default", "-rpush");
            assertThatThrownBy(
                            () ->
                                    apply(
                                            writer,
                                            SinkKit.transaction(
                                                    2,
                                                    SinkKit.command(0, "INCR", "n"),
                                                    SinkKit.command(0, "RPUSH", "l", "1"))))
                    .isInstanceOf(FatalSinkException.class)
                    .hasMessageContainingAll("NOPERM", "Nothing of its batch was applied");
            assertThat(jedis.exists("n")).isFalse();
        }
    }

    @Test
    void aRestartedWriterDropsWhatIsApplied() throws Exception {
        start(RedisBinary.V6_2);
        try (RedisSinkWriter writer = kit().writer()) {
            apply(writer, begin(), tick(1));
            put(writer, counting(1, 500));
            writer.flush(false);
        }
        try (RedisSinkWriter writer = kit().writer();
                Jedis jedis = server.jedis()) {
            put(writer, tick(1_003));
            put(writer, counting(101, 700));
            writer.flush(false);
            assertCounted(jedis, 700);
        }
        try (RedisSinkWriter writer = kit().writer();
                Jedis jedis = server.jedis()) {
            // The snapshot all over again: the marker is in the stream.
            put(writer, begin());
            jedis.set("snap", "old");
            put(writer, SinkKit.entry(HISTORY, 10, jedis, 0, "n", -1));
            put(writer, counting(1, 701));
            writer.flush(false);
            assertCounted(jedis, 701);
        }
    }

    /** A refusal whose record could not be written is written on the next connection. */
    @Test
    void aRefusalOutlivesTheConnection() throws Exception {
        start(RedisBinary.V6_2);
        try (Jedis jedis = server.jedis();
                CutProxy proxy = CutProxy.to(server.address())) {
            SinkKit kit = new SinkKit(proxy.address());
            kit.batchCommands = 1;
            try (RedisSinkWriter writer = kit.writer()) {
                apply(writer, begin(), single(1, "SET", "text", "x"));
                proxy.cutAt("$3\r\nSET\r\n$" + (markerKey() + ":refused").length() + "\r\n");
                assertThatThrownBy(
                                () ->
                                        apply(
                                                writer,
                                                single(2, "LPUSH", "text", "v"),
                                                single(3, "SET", "k", "v")))
                        .isInstanceOf(FatalSinkException.class)
                        .hasMessageContaining("LPUSH");
                assertThat(proxy.cuts()).isEqualTo(1);
                assertThat(jedis.get(markerKey() + ":refused")).contains("LPUSH");
            }
        }
    }

    /** Out of memory came and went between the check and the transaction behind it. */
    @Test
    void aBatchAppliedWithoutItsCheckLeadsToAResync() throws Exception {
        start(RedisBinary.V6_2);
        assertUnchecked(
                new String[] {"*4\r\n$6\r\nHSETNX", "*1\r\n$5\r\nMULTI"},
                "maxmemory 1",
                "maxmemory 0",
                "OOM");
    }

    /** MULTI was refused and what stands behind it ran by itself. */
    @Test
    void aBatchThatRanOutsideATransactionLeadsToAResync() throws Exception {
        start(RedisBinary.V6_2);
        assertUnchecked(
                new String[] {"*1\r\n$5\r\nMULTI", "*2\r\n$4\r\nINCR"},
                "acl -multi",
                "acl +multi",
                "NOPERM");
    }

    private void assertUnchecked(String[] halts, String from, String to, String error)
            throws Exception {
        try (Jedis jedis = server.jedis();
                CutProxy proxy = CutProxy.to(server.address())) {
            SinkKit kit = new SinkKit(proxy.address());
            kit.batchCommands = 1;
            try (RedisSinkWriter writer = kit.writer()) {
                apply(writer, begin(), single(1, "SET", "k", "v"));
                proxy.haltBefore(halts);
                put(writer, single(2, "INCR", "n"), single(3, "INCR", "n"));
                proxy.awaitHalt();
                set(jedis, from);
                long errors = server.infoLong("stats", "total_error_replies");
                proxy.go();
                proxy.awaitHalt();
                // What was sent on before the halt has reached the proxy's socket, no more.
                await().until(() -> server.infoLong("stats", "total_error_replies") > errors);
                set(jedis, to);
                proxy.go();
                assertThatThrownBy(() -> writer.flush(false))
                        .hasCauseInstanceOf(TargetLostWritesException.class)
                        .hasMessageContainingAll("check had failed", error, "full resync");
                assertThat(marker(jedis).position()).isEqualTo(SinkKit.snapshot(HISTORY, 0));
            }
        }
    }

    private static void set(Jedis jedis, String change) {
        String[] words = change.split(" ", -1);
        if (words[0].equals("acl")) {
            jedis.aclSetUser("default", words[1]);
        } else {
            jedis.configSet(words[0], words[1]);
        }
    }

    /** What a batch took from the lane comes back when a db could not be tried. */
    @Test
    void aCutWhileADbIsTriedLosesNothing() throws Exception {
        start(RedisBinary.V6_2);
        try (CutProxy proxy = CutProxy.to(server.address());
                Jedis second = server.jedis(2)) {
            SinkKit kit = new SinkKit(proxy.address());
            try (RedisSinkWriter writer = kit.writer()) {
                apply(writer, begin(), tick(1));
                proxy.cutAt("$6\r\nSELECT\r\n$1\r\n2");
                apply(
                        writer,
                        SinkKit.transaction(
                                9,
                                SinkKit.command(0, "INCR", "n"),
                                SinkKit.command(2, "INCR", "m")));
                assertThat(proxy.cuts()).isEqualTo(1);
                proxy.cut();
                proxy.cutAt("$6\r\nSELECT\r\n$1\r\n2");
                put(writer, single(10, "INCR", "n"), single(11, 2, "INCR", "m"));
                apply(writer, single(12, "INCR", "n"));
                assertThat(second.get("m")).isEqualTo("2");
                try (Jedis jedis = server.jedis()) {
                    assertThat(jedis.get("n")).isEqualTo("3");
                }
            }
        }
    }

    private void awaitReconnects(int more) {
        long before = server.infoLong("stats", "total_connections_received");
        // Each look is a connection too.
        AtomicInteger looks = new AtomicInteger();
        await().atMost(Duration.ofSeconds(30))
                .until(
                        () ->
                                server.infoLong("stats", "total_connections_received")
                                        >= before + more + looks.incrementAndGet());
    }
}

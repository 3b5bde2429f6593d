package io.redissync.sink;

import static io.redissync.sink.SinkKit.apply;
import static io.redissync.sink.SinkKit.assertCounted;
import static io.redissync.sink.SinkKit.begin;
import static io.redissync.sink.SinkKit.counting;
import static io.redissync.sink.SinkKit.marker;
import static io.redissync.sink.SinkKit.markerKey;
import static io.redissync.sink.SinkKit.put;
import static io.redissync.sink.SinkKit.single;
import static io.redissync.sink.SinkKit.tick;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.redissync.command.Change;
import io.redissync.command.Marker;
import io.redissync.connection.ConnectionSettings;
import io.redissync.testing.CutProxy;
import io.redissync.testing.RedisBinary;
import io.redissync.testing.RedisServer;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import redis.clients.jedis.Jedis;

/** The compare-and-swap on the marker: nothing lost, nothing twice, in order (invariants 4, 9). */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class MarkerSwapIT {

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

    private static CompletableFuture<Void> feed(RedisSinkWriter writer, List<Change> changes) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        put(writer, changes);
                        writer.flush(false);
                    } catch (java.io.IOException | InterruptedException e) {
                        throw new CompletionException(e.toString(), e);
                    }
                });
    }

    @Test
    void competingWritersTakeTurns() throws Exception {
        int n = 30_000;
        try (RedisSinkWriter first = kit().writer()) {
            apply(first, begin(), tick(1));
        }
        SinkKit small = kit();
        small.batchCommands = 7;
        SinkKit large = kit();
        large.batchCommands = 64;
        large.inFlight = 3;
        try (RedisSinkWriter a = small.writer();
                RedisSinkWriter b = large.writer();
                RedisSinkWriter c = small.writer()) {
            put(a, tick(1));
            put(b, tick(1));
            put(c, tick(1));
            List<Change> changes = counting(1, n);
            CompletableFuture.allOf(feed(a, changes), feed(b, changes), feed(c, changes)).join();
        }
        assertCounted(jedis, n);
        assertThat(marker(jedis).position().offset()).isEqualTo(n * 10L + 3);
    }

    @Test
    void batchesBehindAnAbortedOneComeBackInOrder() throws Exception {
        SinkKit kit = kit();
        kit.batchCommands = 5;
        Set<String> tokens = new HashSet<>();
        try (RedisSinkWriter writer = kit.writer()) {
            apply(writer, begin(), tick(1));
            int n = 20_000;
            CompletableFuture<Void> fed = feed(writer, counting(1, n));
            int replaced = 0;
            while (!fed.isDone()) {
                // Touch it, or put the same position under another token: what is in flight fails.
                jedis.hset(markerKey(), "x" + replaced, Marker.MISBELIEF);
                jedis.watch(markerKey());
                Marker now = marker(jedis);
                assertThat(now).isNotNull();
                var swap = jedis.multi();
                swap.del(markerKey());
                swap.hset(markerKey(), "foreign-" + replaced, now.encode());
                if (swap.exec() != null) {
                    replaced++;
                }
                tokens.add(now.token());
            }
            fed.join();
            assertThat(replaced).isGreaterThan(10);
            assertCounted(jedis, n);
        }
        assertThat(tokens).hasSizeGreaterThan(5);
    }

    @Test
    void lostAnswersAreSettledByTheMarker() throws Exception {
        Random random = new Random(20_240_607);
        try (CutProxy proxy = CutProxy.to(server.address())) {
            SinkKit kit = new SinkKit(proxy.address());
            kit.batchCommands = 9;
            try (RedisSinkWriter writer = kit.writer()) {
                apply(writer, begin(), tick(1));
                int n = 0;
                for (int i = 1; i <= 40; i++) {
                    proxy.loseAnswerTo("INCR", random.nextInt(400));
                    int more = 1 + random.nextInt(60);
                    put(writer, counting(n + 1, n + more));
                    n += more;
                    if (random.nextInt(3) == 0) {
                        writer.flush(false);
                    }
                    int lost = i;
                    await().atMost(Duration.ofSeconds(20))
                            .pollInterval(Duration.ofMillis(2))
                            .until(() -> proxy.lostAnswers() >= lost);
                }
                writer.flush(false);
                assertCounted(jedis, n);
            }
        }
    }

    @Test
    void cutsAtRandomLoseNothing() throws Exception {
        try (CutProxy proxy = CutProxy.to(server.address())) {
            SinkKit kit = new SinkKit(proxy.address());
            kit.batchCommands = 20;
            try (RedisSinkWriter writer = kit.writer()) {
                apply(writer, begin(), tick(1));
                int n = 0;
                for (int i = 0; i < 40; i++) {
                    put(writer, counting(n + 1, n + 200));
                    n += 200;
                    proxy.cut();
                }
                writer.flush(false);
                assertCounted(jedis, n);
            }
        }
    }

    /** One late batch finds another token; of two with one belief the second must find it too. */
    @Test
    void oldBatchesDeliveredLateDoNothing() throws Exception {
        try (CutProxy proxy = CutProxy.to(server.address())) {
            SinkKit kit = new SinkKit(proxy.address());
            kit.connection =
                    new ConnectionSettings(
                            null, null, null, Duration.ofSeconds(5), Duration.ofMillis(200));
            try (RedisSinkWriter writer = kit.writer()) {
                apply(writer, begin(), single(5, "SET", "n", "0"));
                proxy.holdAt("INCR");
                put(writer, single(11, "INCR", "n"));
                await().atMost(Duration.ofSeconds(30)).until(() -> proxy.heldConnections() >= 4);
                proxy.holdAt(null);
                writer.flush(false);
                assertThat(jedis.get("n")).isEqualTo("1");
                String token = marker(jedis).token();
                for (int i = 0; i < proxy.heldConnections(); i++) {
                    proxy.deliver(i);
                    assertThat(jedis.get("n")).as("after late batch %d", i).isEqualTo("1");
                    assertThat(marker(jedis).token()).isEqualTo(token);
                }
                apply(writer, single(12, "INCR", "n"));
                assertThat(jedis.get("n")).isEqualTo("2");
            }
        }
    }

    /** The first of two deliveries is late, but before the second: then it counts. */
    @Test
    void anOldBatchDeliveredBeforeTheNewOneCounts() throws Exception {
        try (CutProxy proxy = CutProxy.to(server.address())) {
            SinkKit kit = new SinkKit(proxy.address());
            kit.connection =
                    new ConnectionSettings(
                            null, null, null, Duration.ofSeconds(5), Duration.ofMillis(200));
            try (RedisSinkWriter writer = kit.writer()) {
                apply(writer, begin(), single(5, "SET", "n", "0"));
                proxy.holdAt("INCR");
                put(writer, single(11, "INCR", "n"), single(12, "INCR", "n"));
                await().atMost(Duration.ofSeconds(30)).until(() -> proxy.heldConnections() >= 2);
                proxy.deliver(0);
                proxy.holdAt(null);
                writer.flush(false);
                assertThat(jedis.get("n")).isEqualTo("2");
                for (int i = 1; i < proxy.heldConnections(); i++) {
                    proxy.deliver(i);
                }
                assertThat(jedis.get("n")).isEqualTo("2");
            }
        }
    }

    @Test
    void twoStaleWritersWithOneBeliefDoNothing() throws Exception {
        try (CutProxy first = CutProxy.to(server.address());
                CutProxy second = CutProxy.to(server.address());
                RedisSinkWriter winner = kit().writer()) {
            apply(winner, begin(), single(5, "SET", "n", "0"));
            first.holdAt("INCR");
            second.holdAt("INCR");
            try (RedisSinkWriter a = new SinkKit(first.address()).writer();
                    RedisSinkWriter b = new SinkKit(second.address()).writer()) {
                put(a, tick(5), single(11, "INCR", "n"));
                put(b, tick(5), single(11, "INCR", "n"));
                await().until(() -> first.heldConnections() == 1 && second.heldConnections() == 1);
                apply(winner, single(11, "INCR", "n"));
                first.deliver(0);
                second.deliver(0);
                assertThat(jedis.get("n")).isEqualTo("1");
                first.holdAt(null);
                second.holdAt(null);
                a.flush(false);
                b.flush(false);
                assertThat(jedis.get("n")).isEqualTo("1");
            }
        }
    }

    @Test
    void leftoversOfWrongBeliefsAreIgnoredAndTheCanaryLeavesNothing() throws Exception {
        try (RedisSinkWriter writer = kit().writer()) {
            apply(writer, begin(), single(5, "SET", "n", "0"));
            jedis.hset(markerKey(), Map.of("old", Marker.MISBELIEF, "older", Marker.MISBELIEF));
        }
        try (RedisSinkWriter writer = kit().writer()) {
            apply(writer, tick(5), single(6, "INCR", "n"));
            assertThat(jedis.get("n")).isEqualTo("1");
            assertThat(jedis.hlen(markerKey())).isEqualTo(1);
        }
        assertThat(jedis.keys("*")).containsExactlyInAnyOrder("n", markerKey());
    }
}

package io.redissync.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.redissync.testing.Ports;
import io.redissync.testing.RedisBinary;
import io.redissync.testing.RedisServer;
import io.redissync.testing.SyncProcess;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/**
 * Ends that a sync must not use and options that make no sense: each is refused soon, by one line
 * that says what to do. Most run in this JVM, which is what the script does but for its start.
 */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class RefusalsIT {

    private static final Duration SOON = Duration.ofSeconds(45);
    private static final RedisServer SOURCE = RedisServer.start(RedisBinary.best());
    private static final RedisServer TARGET =
            RedisServer.start(RedisBinary.best(), "databases 4", "save \"\"");

    @TempDir private Path dir;

    /** Options by name; a test changes some. */
    private final Map<String, String> options = new LinkedHashMap<>();

    private record Refusal(int exitCode, String line) {}

    @AfterAll
    static void stopServers() {
        SOURCE.close();
        TARGET.close();
    }

    @BeforeEach
    void empty() {
        for (RedisServer server : List.of(SOURCE, TARGET)) {
            try (Jedis jedis = server.jedis()) {
                jedis.flushAll();
            }
        }
        options.put("source.addresses", SOURCE.address().toString());
        options.put("target.addresses", TARGET.address().toString());
        options.put("sync.mode", "full");
        options.put("rest.port", "0");
        options.put("log-dir", dir.resolve("logs").toString());
        options.put("spool.dir", dir.resolve("spool").toString());
    }

    @Test
    void aTargetThatIsNotEmpty() {
        set(TARGET, "of another", "v");
        assertRefused(
                "target", TARGET.address(), "is not empty", "target.existing-data: overwrite");
        set(SOURCE, "key", "v");
        options.put("target.existing-data", "overwrite");
        assertThat(run()).isEqualTo(new Refusal(0, ""));
        try (Jedis target = TARGET.jedis()) {
            assertThat(target.mget("key", "of another")).containsExactly("v", "v");
        }
    }

    @Test
    void aTargetThatEvicts() {
        try (Jedis target = TARGET.jedis()) {
            target.configSet("maxmemory-policy", "allkeys-lru");
            assertRefused("maxmemory-policy allkeys-lru", "target.allow-eviction: true");
            options.put("target.allow-eviction", "true");
            assertThat(run()).isEqualTo(new Refusal(0, ""));
            target.configSet("maxmemory-policy", "noeviction");
        }
    }

    @Test
    void aTargetThatIsAReplica() {
        try (Jedis target = TARGET.jedis()) {
            target.replicaof("127.0.0.1", SOURCE.port());
            assertRefused("is a replica of", SOURCE.address(), "target.addresses");
            target.replicaofNoOne();
        }
    }

    @Test
    void aTargetThatIsTheSource() {
        options.put("target.addresses", "localhost:" + SOURCE.port());
        assertRefused("are the same server", SOURCE.address());
    }

    @Test
    void nobodyThere() {
        options.put("target.addresses", "127.0.0.1:" + Ports.free());
        assertRefused(
                "target", options.get("target.addresses"), "Connection refused", "target.tls");
        options.put("target.addresses", TARGET.address().toString());
        options.put("source.addresses", "127.0.0.1:" + Ports.free());
        assertRefused(
                "source", options.get("source.addresses"), "Connection refused", "source.tls");
    }

    @Test
    void wrongPasswords() {
        try (RedisServer locked = RedisServer.start(RedisBinary.best(), "requirepass right-one")) {
            options.put("source.addresses", locked.address().toString());
            assertRefused("source", locked.address(), "NOAUTH", "source.password");
            options.put("source.password", "wrong-one");
            assertThat(assertRefused("source", locked.address(), "WRONGPASS", "source.password"))
                    .doesNotContain("wrong-one");
            options.remove("source.password");

            options.put("source.addresses", SOURCE.address().toString());
            options.put("target.addresses", locked.address().toString());
            assertRefused("target", locked.address(), "NOAUTH", "target.password");
            options.put("target.password", "wrong-one");
            assertThat(assertRefused("target", locked.address(), "WRONGPASS", "target.password"))
                    .doesNotContain("wrong-one");
        }
    }

    @Test
    void aDbThatTheTargetDoesNotHave() {
        try (Jedis source = SOURCE.jedis(9)) {
            source.set("key", "v");
        }
        assertRefused("SELECT 9", "transform.db-map", TARGET.address(), "databases");
    }

    @Test
    void theScriptRefusesToo() {
        options.put("target.addresses", "localhost:" + SOURCE.port());
        try (SyncProcess refused = SyncProcess.start(arguments())) {
            assertThat(refused.exitCode(SOON)).isEqualTo(1);
            assertThat(refused.lines())
                    .filteredOn(line -> line.startsWith("flink-redis-sync: "))
                    .singleElement()
                    .asString()
                    .contains("are the same server");
            assertThat(refused.lines()).as("no stack trace").noneMatch(l -> l.contains("\tat "));
        }
        options.put("sync.mode", "half");
        options.put("no.such.option", "1");
        try (SyncProcess refused = SyncProcess.start(arguments())) {
            assertThat(refused.exitCode(SOON)).isEqualTo(2);
            assertThat(String.join("\n", refused.lines()))
                    .startsWith("flink-redis-sync: 2 problems in the options:")
                    .contains("sync.mode: half", "no.such.option");
        }
        try (SyncProcess usage = SyncProcess.start()) {
            assertThat(usage.exitCode(SOON)).isEqualTo(2);
            assertThat(usage.lines()).anyMatch(line -> line.startsWith("Usage: sync.sh "));
        }
    }

    private static void set(RedisServer server, String key, String value) {
        try (Jedis jedis = server.jedis()) {
            jedis.set(key, value);
        }
    }

    private String[] arguments() {
        List<String> arguments = new ArrayList<>();
        options.forEach((name, value) -> arguments.add("--" + name + "=" + value));
        return arguments.toArray(String[]::new);
    }

    /** Runs and expects a refusal with all these words. */
    private String assertRefused(Object... words) {
        long begin = System.nanoTime();
        Refusal refusal = run();
        assertThat(refusal.exitCode()).as(refusal.line()).isEqualTo(1);
        assertThat(refusal.line())
                .startsWith("flink-redis-sync: ")
                .contains(Arrays.stream(words).map(Object::toString).toList());
        assertThat(refusal.line().lines()).hasSize(1);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(SOON);
        return refusal.line();
    }

    /** What the script runs, to its end. */
    private Refusal run() {
        List<String> arguments = new ArrayList<>(List.of("--local"));
        arguments.addAll(List.of(arguments()));
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        try (PrintStream out =
                        new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
                PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8)) {
            SyncConfig config = SyncConfig.load(arguments.toArray(String[]::new));
            UserStop userStop = UserStop.install();
            try {
                int code = new LocalRunner(config, Pipeline::build, out, errors).run(userStop);
                return new Refusal(code, err.toString(StandardCharsets.UTF_8));
            } finally {
                userStop.remove();
            }
        }
    }
}

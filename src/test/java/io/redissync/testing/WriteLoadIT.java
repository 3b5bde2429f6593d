package io.redissync.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.Jedis;

/** Redis' own replication is the measure: what it copies must count as equal, and nothing else. */
class WriteLoadIT {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    static List<RedisBinary> binaries() {
        return RedisBinary.present();
    }

    @ParameterizedTest
    @MethodSource("binaries")
    void aNativeReplicaEqualsItsMasterAfterTheLoad(RedisBinary binary) {
        try (RedisServer master = RedisServer.start(binary);
                RedisServer replica = RedisServer.start(binary);
                WriteLoad load = WriteLoad.on(master).commandsPerSecond(0).threads(3).start()) {
            load.awaitCommands(10_000, TIMEOUT);
            replicate(master, replica);
            load.awaitCommands(40_000, TIMEOUT);
            load.stop();
            awaitReplica(master, replica);

            Digests.assertEqualData(master, replica);
            // Below 7.0 a replica counts relative times from their arrival.
            Duration tolerance =
                    master.binary().isAtLeast(7, 0) ? Duration.ofSeconds(2) : Duration.ofMinutes(1);
            Digests.assertEqualExpiry(master, replica, Duration.ZERO, tolerance);
            assertThat(load.increments()).isPositive();
            load.assertCounters(master);
            load.assertCounters(replica);
            assertThat(DataSet.dbs(master, replica)).contains(0, 1, 2, 4, 5);
        }
    }

    @Test
    void digestsOfDifferentVersionsCanBeCompared() {
        assumeTrue(RedisBinary.V2_8.isPresent(), "no 2.8 binary for this system");
        try (RedisServer master = RedisServer.start(RedisBinary.V2_8);
                RedisServer replica = RedisServer.start(RedisBinary.best());
                WriteLoad load = WriteLoad.on(master).commandsPerSecond(0).start()) {
            replicate(master, replica);
            load.awaitCommands(20_000, TIMEOUT);
            load.stop();
            awaitReplica(master, replica);
            Digests.assertEqualData(master, replica);
            assertThat(new KeyDiff(master, replica, 5).describe())
                    .containsExactly("(no key differs any more)");
        }
    }

    @Test
    void countsExactlyAcrossCutConnections() {
        try (RedisServer server = RedisServer.start(RedisBinary.best());
                WriteLoad load = WriteLoad.on(server).commandsPerSecond(0).start();
                Jedis admin = server.jedis()) {
            for (int i = 0; i < 10; i++) {
                load.awaitCommands(2_000, TIMEOUT);
                admin.sendCommand(RawCommand.of("CLIENT"), "KILL", "TYPE", "normal");
            }
            load.awaitCommands(2_000, TIMEOUT);
            load.stop();
            load.assertCounters(server);
        }
    }

    @Test
    void goesOnAfterARestartOfAPersistentServer() {
        try (RedisServer server =
                        RedisServer.start(
                                RedisBinary.best(), "appendonly yes", "appendfsync always");
                WriteLoad load = WriteLoad.on(server).commandsPerSecond(1_000).start()) {
            load.awaitCommands(500, TIMEOUT);
            server.kill9();
            server.restart();
            load.awaitCommands(500, TIMEOUT);
            load.stop();
            load.assertCounters(server);
        }
    }

    @Test
    void aServerThatForgetsIsReported() {
        try (RedisServer server = RedisServer.start(RedisBinary.best());
                WriteLoad load =
                        WriteLoad.on(server)
                                .features(EnumSet.of(WriteLoad.Feature.COUNTERS))
                                .commandsPerSecond(0)
                                .start()) {
            load.awaitCommands(2_000, TIMEOUT);
            server.kill9();
            server.restart();
            assertThatThrownBy(() -> load.awaitCommands(1_000_000, TIMEOUT))
                    .hasMessageContaining("lost what it had acknowledged");
            assertThatThrownBy(load::stop).isInstanceOf(AssertionError.class);
        }
    }

    @Test
    void pauseHoldsTheDataStill() {
        try (RedisServer server = RedisServer.start(RedisBinary.best());
                WriteLoad load =
                        WriteLoad.on(server)
                                .without(WriteLoad.Feature.EXPIRING)
                                .commandsPerSecond(0)
                                .start()) {
            load.awaitCommands(1_000, TIMEOUT);
            load.pause();
            long commands = load.commands();
            String digest = Digests.debugDigestWithoutMarkers(server);
            load.assertCounters(server);
            assertThat(Digests.debugDigestWithoutMarkers(server)).isEqualTo(digest);
            assertThat(load.commands()).isEqualTo(commands);
            load.resume();
            load.awaitCommands(1_000, TIMEOUT);
            load.stop();
            load.assertCounters(server);
        }
    }

    @Test
    void closeEndsALoadOnASuspendedServer() {
        try (RedisServer server = RedisServer.start(RedisBinary.best())) {
            WriteLoad load = WriteLoad.on(server).commandsPerSecond(0).start();
            load.awaitCommands(1_000, TIMEOUT);
            server.suspend();
            load.close();
            server.resume();
            try (Jedis jedis = server.jedis()) {
                assertThat(jedis.ping()).isEqualTo("PONG");
            }
        }
    }

    @Test
    void writesEveryKindOfCommand() {
        try (RedisServer server = RedisServer.start(RedisBinary.best());
                WriteLoad load =
                        WriteLoad.on(server).commandsPerSecond(0).maxValueBytes(2_000).start()) {
            Set<String> wanted =
                    Set.of(
                            "incr",
                            "incrby",
                            "append",
                            "set",
                            "rpush",
                            "lpop",
                            "hset",
                            "hincrby",
                            "sadd",
                            "spop",
                            "zadd",
                            "xadd",
                            "del",
                            "multi",
                            "exec",
                            "pexpire",
                            "flushdb",
                            "swapdb",
                            "rpoplpush");
            Awaitility.await()
                    .atMost(TIMEOUT)
                    .untilAsserted(() -> assertThat(commandsSeen(server)).containsAll(wanted));
            load.stop();
        }
    }

    private static List<String> commandsSeen(RedisServer server) {
        try (Jedis jedis = server.jedis()) {
            return jedis.info("commandstats")
                    .lines()
                    .filter(line -> line.startsWith("cmdstat_"))
                    .map(line -> line.substring("cmdstat_".length(), line.indexOf(':')))
                    .toList();
        }
    }

    private static void replicate(RedisServer master, RedisServer replica) {
        try (Jedis jedis = replica.jedis()) {
            // SLAVEOF: 2.8 knows no REPLICAOF.
            jedis.sendCommand(
                    RawCommand.of("SLAVEOF"), "127.0.0.1", Integer.toString(master.port()));
        }
        Awaitility.await()
                .atMost(TIMEOUT)
                .until(() -> replica.info("replication", "master_link_status").equals("up"));
    }

    private static void awaitReplica(RedisServer master, RedisServer replica) {
        long offset = master.infoLong("replication", "master_repl_offset");
        Awaitility.await()
                .atMost(TIMEOUT)
                .until(() -> replica.infoLong("replication", "slave_repl_offset") >= offset);
    }
}

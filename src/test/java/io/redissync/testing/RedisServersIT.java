package io.redissync.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

class RedisServersIT {

    static List<RedisBinary> binaries() {
        return RedisBinary.present();
    }

    @Test
    void theEmbeddedBinariesAreThere() {
        assertThat(binaries()).contains(RedisBinary.V6_2);
        assertThat(RedisBinary.V6_2.version()).startsWith("6.2.");
    }

    @ParameterizedTest
    @MethodSource("binaries")
    void startsWithItsDefaultsAndLeavesNothingBehind(RedisBinary binary) {
        RedisServer server = RedisServer.start(binary, "maxmemory-policy allkeys-lru");
        try (server;
                Jedis jedis = server.jedis()) {
            assertThat(server.info("server", "redis_version")).isEqualTo(binary.version());
            assertThat(jedis.configGet("databases")).containsEntry("databases", "16");
            assertThat(jedis.configGet("maxmemory-policy"))
                    .containsEntry("maxmemory-policy", "allkeys-lru");
            assertThat(jedis.sendCommand(RawCommand.of("DEBUG"), "DIGEST")).isNotNull();
            try (Jedis other = server.jedis(7)) {
                other.set("k", "v");
            }
            assertThat(jedis.exists("k")).isFalse();
            assertThat(server.log()).containsIgnoringCase("ready to accept connections");
        }
        assertThat(server.isAlive()).isFalse();
        assertThat(Files.exists(server.dir())).isFalse();
    }

    @ParameterizedTest
    @MethodSource("binaries")
    void suspendsAndResumes(RedisBinary binary) {
        try (RedisServer server = RedisServer.start(binary)) {
            server.suspend();
            assertThatThrownBy(
                            () -> {
                                try (Jedis jedis =
                                        new Jedis(
                                                server.hostAndPort(),
                                                server.clientConfig()
                                                        .socketTimeoutMillis(300)
                                                        .build())) {
                                    jedis.ping();
                                }
                            })
                    .isInstanceOf(JedisConnectionException.class);
            server.resume();
            try (Jedis jedis = server.jedis()) {
                assertThat(jedis.ping()).isEqualTo("PONG");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("binaries")
    void comesBackAfterKill9AtTheSamePortWithWhatItPersisted(RedisBinary binary) {
        try (RedisServer server =
                RedisServer.start(binary, "appendonly yes", "appendfsync always")) {
            HostAndPort before = server.hostAndPort();
            long pid = server.pid();
            try (Jedis jedis = server.jedis()) {
                jedis.set("k", "v");
            }
            server.kill9();
            assertThat(server.isAlive()).isFalse();
            assertThatThrownBy(() -> server.info("server", "run_id"))
                    .isInstanceOf(JedisConnectionException.class);
            server.restart();
            assertThat(server.hostAndPort()).isEqualTo(before);
            assertThat(server.pid()).isNotEqualTo(pid);
            try (Jedis jedis = server.jedis()) {
                assertThat(jedis.get("k")).isEqualTo("v");
            }
        }
    }

    @Test
    void restartEndsASuspendedServerFirst() {
        try (RedisServer server = RedisServer.start(RedisBinary.best())) {
            String runId = server.info("server", "run_id");
            server.suspend();
            server.restart();
            assertThat(server.info("server", "run_id")).isNotEqualTo(runId);
        }
    }

    @Test
    void aPasswordInTheConfigurationIsUsedByItsClients() {
        try (RedisServer server = RedisServer.start(RedisBinary.best(), "requirepass s3cret");
                Jedis jedis = server.jedis()) {
            assertThat(jedis.ping()).isEqualTo("PONG");
            try (Jedis stranger = new Jedis(server.hostAndPort())) {
                assertThatThrownBy(stranger::ping)
                        .isInstanceOf(JedisDataException.class)
                        .hasMessageContaining("NOAUTH");
            }
        }
    }

    @Test
    void aConfigurationThatItRefusesIsShownWithItsLog() {
        assertThatThrownBy(() -> RedisServer.start(RedisBinary.best(), "no-such-option 1"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no-such-option");
    }

    @Test
    void speaksTlsOnly() {
        try (RedisServer server = RedisServer.startTls("tls-auth-clients yes")) {
            try (Jedis jedis = server.jedis()) {
                assertThat(jedis.ping()).isEqualTo("PONG");
            }
            try (Jedis plain = new Jedis(server.hostAndPort())) {
                assertThatThrownBy(plain::ping).isInstanceOf(JedisConnectionException.class);
            }
        }
    }
}

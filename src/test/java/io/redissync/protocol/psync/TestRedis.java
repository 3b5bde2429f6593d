package io.redissync.protocol.psync;

import io.redissync.connection.Address;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;

/** A real Redis server for one test, in a process and a directory of its own. */
final class TestRedis implements AutoCloseable {

    /** The servers that can be had: two are inside test jars, one where it is installed. */
    enum Version {
        REDIS_2_8("redis-server-2.8.19"),
        REDIS_6_2("redis-server-6.2.6-v5-linux-amd64"),
        INSTALLED(null);

        private final String resource;

        Version(String resource) {
            this.resource = resource;
        }

        Optional<Path> binary() throws IOException {
            if (resource == null) {
                return Stream.of(System.getenv("PATH").split(":"))
                        .map(directory -> Path.of(directory, "redis-server"))
                        .filter(Files::isExecutable)
                        .findFirst();
            }
            Path file = Path.of("target", "test-redis", resource);
            if (!Files.exists(file)) {
                Files.createDirectories(file.getParent());
                Path part = Files.createTempFile(file.getParent(), resource, ".part");
                try (InputStream in =
                        TestRedis.class.getClassLoader().getResourceAsStream(resource)) {
                    Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
                }
                if (!part.toFile().setExecutable(true)) {
                    throw new IOException("make executable: " + part);
                }
                Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
            }
            return Optional.of(file.toAbsolutePath());
        }
    }

    private final Process process;
    private final int port;
    private final String password;

    /**
     * @param password for the default user, or null
     * @param options as on the command line: name, value, name, value
     */
    TestRedis(Version version, Path directory, String password, String... options)
            throws IOException {
        this(freePort(), version, directory, password, options);
    }

    TestRedis(int port, Version version, Path directory, String password, String... options)
            throws IOException {
        this.port = port;
        this.password = password;
        List<String> command =
                new ArrayList<>(
                        List.of(
                                version.binary().orElseThrow().toString(),
                                "--port",
                                Integer.toString(port),
                                "--bind",
                                "127.0.0.1",
                                "--dir",
                                directory.toString(),
                                "--save",
                                ""));
        if (password != null) {
            command.addAll(List.of("--requirepass", password));
        }
        command.addAll(List.of(options));
        process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("redis-" + port + ".log").toFile())
                        .start();
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(this::answers);
    }

    private boolean answers() {
        try (Jedis jedis = client()) {
            return "PONG".equals(jedis.ping());
        } catch (JedisException e) {
            if (!process.isAlive()) {
                throw new IllegalStateException("redis-server ended: " + process.exitValue(), e);
            }
            return false;
        }
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    Address address() {
        return new Address("127.0.0.1", port);
    }

    Jedis client() {
        Jedis jedis = new Jedis("127.0.0.1", port, 10_000);
        if (password != null) {
            jedis.auth(password);
        }
        return jedis;
    }

    /** One field of INFO; empty when there is none. */
    String info(String section, String field) {
        try (Jedis jedis = client()) {
            return jedis.info(section)
                    .lines()
                    .filter(line -> line.startsWith(field + ":"))
                    .map(line -> line.substring(field.length() + 1).strip())
                    .findFirst()
                    .orElse("");
        }
    }

    /** Sends the process a signal, such as STOP and CONT. */
    void signal(String name) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
        if (kill.waitFor() != 0) {
            throw new IOException("kill -" + name + " ended with " + kill.exitValue());
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                throw new IllegalStateException("redis-server does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

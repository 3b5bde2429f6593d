package io.redissync.testing;

import io.redissync.connection.Address;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * One real Redis server as a child process, on a free loopback port and in a directory of its own.
 */
public final class RedisServer implements AutoCloseable {

    private static final Duration START_TIMEOUT = Duration.ofSeconds(30);
    private static final int PORT_ATTEMPTS = 5;
    private static final int LOG_TAIL_LINES = 60;

    /** For the end of the JVM: no server outlives it, also when a test was interrupted. */
    private static final Set<RedisServer> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> RUNNING.forEach(RedisServer::abandon), "stop-redis-servers"));
    }

    private enum Transport {
        PLAIN,
        TLS
    }

    private final RedisBinary binary;
    private final Transport transport;
    private final int port;
    private final Path dir;
    private final String password;
    private Process process;

    private RedisServer(
            RedisBinary binary, Transport transport, int port, List<String> configLines) {
        this.binary = binary;
        this.transport = transport;
        this.port = port;
        this.password = passwordIn(configLines);
        try {
            this.dir = Files.createTempDirectory("redis-" + port + "-");
            Files.write(dir.resolve("redis.conf"), config(configLines), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("prepare a directory for redis-server", e);
        }
    }

    /**
     * Starts a server and waits until it answers.
     *
     * @param configLines lines of a {@code redis.conf}; they win over the defaults (no persistence,
     *     16 databases, DEBUG allowed, no delay before a diskless transfer)
     * @throws IllegalStateException when it does not start, with the end of its log
     */
    public static RedisServer start(RedisBinary binary, String... configLines) {
        return start(binary, Transport.PLAIN, configLines);
    }

    /**
     * Starts a 6.2 server that speaks TLS only, with the certificates of {@link TestCertificates};
     * client certificates are verified when given ({@code tls-auth-clients yes} demands one).
     */
    public static RedisServer startTls(String... configLines) {
        return start(RedisBinary.V6_2, Transport.TLS, configLines);
    }

    private static RedisServer start(
            RedisBinary binary, Transport transport, String... configLines) {
        binary.version();
        for (int attempt = 1; ; attempt++) {
            RedisServer server =
                    new RedisServer(binary, transport, Ports.free(), List.of(configLines));
            try {
                server.launch();
                return server;
            } catch (IllegalStateException e) {
                boolean portTaken = server.log().contains("Address already in use");
                server.close();
                if (!portTaken || attempt == PORT_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private List<String> config(List<String> configLines) {
        List<String> lines = new ArrayList<>();
        lines.add("bind 127.0.0.1");
        if (transport == Transport.TLS) {
            lines.add("port 0");
            lines.add("tls-port " + port);
            lines.add("tls-cert-file " + TestCertificates.serverCertificate());
            lines.add("tls-key-file " + TestCertificates.serverKey());
            lines.add("tls-ca-cert-file " + TestCertificates.ca());
            lines.add("tls-auth-clients optional");
        } else {
            lines.add("port " + port);
        }
        lines.add("dir " + dir);
        lines.add("daemonize no");
        lines.add("databases 16");
        lines.add("save \"\"");
        lines.add("appendonly no");
        lines.add("repl-diskless-sync-delay 0");
        if (binary.isAtLeast(7, 0)) {
            lines.add("enable-debug-command yes");
        }
        lines.addAll(configLines);
        return lines;
    }

    private static String passwordIn(List<String> configLines) {
        return configLines.stream()
                .filter(line -> line.startsWith("requirepass "))
                .map(line -> line.substring("requirepass ".length()).strip().replace("\"", ""))
                .reduce((first, last) -> last)
                .orElse(null);
    }

    private void launch() {
        try {
            process =
                    new ProcessBuilder(binary.executable().toString(), "redis.conf")
                            .directory(dir.toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile()))
                            .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                            .start();
        } catch (IOException e) {
            throw new UncheckedIOException("start " + binary.executable(), e);
        }
        RUNNING.add(this);
        awaitAnswer();
    }

    private void awaitAnswer() {
        long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
        String last = "nothing";
        while (System.nanoTime() < deadline && process.isAlive()) {
            try (Jedis jedis = jedis()) {
                jedis.ping();
                // Somebody else's server on the same port would answer too.
                if (info(jedis, "server", "process_id").equals(Long.toString(pid()))) {
                    return;
                }
                last = "another process at port " + port;
            } catch (JedisConnectionException | JedisDataException e) {
                last = String.valueOf(e.getMessage());
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
        String state = process.isAlive() ? "no answer to PING" : "it ended";
        process.destroyForcibly();
        throw new IllegalStateException(
                "start redis-server "
                        + binary.version()
                        + " at port "
                        + port
                        + ": "
                        + state
                        + " (last: "
                        + last
                        + "); its log:\n"
                        + log());
    }

    /**
     * A new client of db 0, in RESP2 (no HELLO: 2.8 has none), with the password of {@code
     * requirepass} if there is one.
     */
    public Jedis jedis() {
        return new Jedis(hostAndPort(), clientConfig().build());
    }

    /** A new client of the given db. */
    public Jedis jedis(int db) {
        return new Jedis(hostAndPort(), clientConfig().database(db).build());
    }

    /** What {@link #jedis()} uses: for a connection of another kind to the same server. */
    public DefaultJedisClientConfig.Builder clientConfig() {
        DefaultJedisClientConfig.Builder config =
                DefaultJedisClientConfig.builder()
                        .serverDefaultProtocol()
                        .clientSetInfoConfig(ClientSetInfoConfig.DISABLED)
                        .connectionTimeoutMillis(5_000)
                        .socketTimeoutMillis(60_000);
        if (password != null) {
            config.password(password);
        }
        if (transport == Transport.TLS) {
            config.ssl(true).sslSocketFactory(TestCertificates.clientContext().getSocketFactory());
        }
        return config;
    }

    public HostAndPort hostAndPort() {
        return new HostAndPort("127.0.0.1", port);
    }

    public Address address() {
        return new Address("127.0.0.1", port);
    }

    public int port() {
        return port;
    }

    public RedisBinary binary() {
        return binary;
    }

    /** Where it runs: its configuration, log, RDB and AOF. */
    public Path dir() {
        return dir;
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Ends it at once, as a crash would; its directory stays for {@link #restart()}. */
    public void kill9() {
        process.destroyForcibly();
        awaitEnd();
    }

    /** SIGSTOP: the connections stay open and nobody answers. */
    public void suspend() {
        signal("STOP");
    }

    /** SIGCONT. */
    public void resume() {
        signal("CONT");
    }

    /**
     * Starts it again at the same port and in the same directory, after ending it (SIGTERM) when it
     * still runs. Without persistence in its configuration it comes back empty.
     */
    public void restart() {
        if (process.isAlive()) {
            signal("CONT");
            process.destroy();
            awaitEnd();
        }
        launch();
    }

    /**
     * One field of {@code INFO section}.
     *
     * @throws IllegalStateException when the server gives no such field
     */
    public String info(String section, String field) {
        try (Jedis jedis = jedis()) {
            return info(jedis, section, field);
        }
    }

    /** A numeric field of {@code INFO section}. */
    public long infoLong(String section, String field) {
        return Long.parseLong(info(section, field));
    }

    private static String info(Jedis jedis, String section, String field) {
        String info = jedis.info(section);
        return info.lines()
                .filter(line -> line.startsWith(field + ":"))
                .map(line -> line.substring(field.length() + 1).strip())
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalStateException(
                                        "INFO " + section + ": no field " + field + " in " + info));
    }

    /** The end of its log. */
    public String log() {
        try {
            if (!logFile().exists()) {
                return "(no log)";
            }
            // Its first lines hold a drawing in bytes that no charset promises to read.
            List<String> lines =
                    new String(Files.readAllBytes(logFile().toPath()), StandardCharsets.ISO_8859_1)
                            .lines()
                            .toList();
            return String.join(
                    "\n", lines.subList(Math.max(0, lines.size() - LOG_TAIL_LINES), lines.size()));
        } catch (IOException e) {
            throw new UncheckedIOException("read " + logFile(), e);
        }
    }

    private File logFile() {
        return dir.resolve("redis.log").toFile();
    }

    private void signal(String name) {
        try {
            Process kill =
                    new ProcessBuilder("kill", "-" + name, Long.toString(pid()))
                            .redirectErrorStream(true)
                            .start();
            String output =
                    new String(kill.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (kill.waitFor() != 0) {
                throw new IllegalStateException(
                        "kill -" + name + " " + pid() + ": " + output.strip());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("kill -" + name + " " + pid(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("kill -" + name + " " + pid() + ": interrupted", e);
        }
    }

    private void awaitEnd() {
        try {
            if (!process.waitFor(START_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException(
                        "end redis-server " + pid() + ": still there; its log:\n" + log());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("end redis-server " + pid() + ": interrupted", e);
        }
    }

    /** Stops it and deletes its directory. */
    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly();
            awaitEnd();
            RUNNING.remove(this);
        }
        try {
            deleteDir();
        } catch (IOException e) {
            throw new UncheckedIOException("delete " + dir, e);
        }
    }

    /** What {@link #close()} does, as far as it can still be done at the end of the JVM. */
    private void abandon() {
        process.destroyForcibly();
        try {
            process.waitFor(1, TimeUnit.SECONDS);
            deleteDir();
        } catch (IOException | UncheckedIOException e) {
            // Another thread deletes it at the same time, or the system's clean-up will.
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void deleteDir() throws IOException {
        if (!Files.exists(dir)) {
            return;
        }
        try (Stream<Path> files = Files.walk(dir)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    @Override
    public String toString() {
        return "redis-server " + binary.version() + " at " + address();
    }
}

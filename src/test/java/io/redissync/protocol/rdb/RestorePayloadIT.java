package io.redissync.protocol.rdb;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.redissync.command.SnapshotEntry;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.util.SafeEncoder;
import redis.embedded.RedisServer;
import redis.embedded.core.ExecutableProvider;

/** Every value type of a real server goes through its RDB and RESTORE into another one. */
class RestorePayloadIT {

    private static final long EXPIRY = 4_102_444_800_123L;

    @TempDir private Path directory;

    @Test
    void carriesEveryTypeOfRedis62() throws IOException {
        File binary = ExecutableProvider.newJarResourceProvider().get();

        // Hashes and sorted sets as ziplists (13, 12), lists as quicklists (14), streams (15).
        Set<Integer> types = carriesEverything(binary, "ziplist", 9);

        assertThat(types).containsExactly(0, 2, 4, 5, 11, 12, 13, 14, 15);
    }

    @Test
    void carriesEveryTypeOfTheInstalledRedis() throws IOException {
        File binary = installed();
        assumeTrue(binary != null, "no redis-server on the PATH: its RDB forms are not tested");
        int version = versionOf(binary);
        assumeTrue(version >= 700, "redis-server on the PATH is older than 7.0");

        Set<Integer> types = carriesEverything(binary, "listpack", 10);

        assertThat(types).contains(0, 2, 4, 5, 11, 16, 17, 18);
        assertThat(types).containsAnyOf(19, 21);
    }

    @Test
    void givesTheFunctionsOfTheInstalledRedis() throws IOException {
        File binary = installed();
        assumeTrue(binary != null, "no redis-server on the PATH: functions are not tested");
        assumeTrue(versionOf(binary) >= 700, "redis-server on the PATH is older than 7.0");
        String library =
                "#!lua name=lib\nredis.register_function('one', function() return 1 end)\n-- "
                        + "comment ".repeat(100);
        try (Server server = new Server(binary, directory);
                Jedis jedis = server.connect()) {
            jedis.functionLoad(library);
            jedis.save();

            List<RdbItem> items = RdbFiles.items(Files.readAllBytes(directory.resolve("dump.rdb")));

            List<String> libraries =
                    items.stream()
                            .filter(RdbItem.Function.class::isInstance)
                            .map(item -> new String(((RdbItem.Function) item).library(), UTF_8))
                            .toList();
            assertThat(libraries).containsExactly(library);
            jedis.functionFlush();
            assertThat(jedis.functionLoad(libraries.get(0))).isEqualTo("lib");
        }
    }

    /** Fills a server, reads its dump, restores it into another; gives the value types met. */
    private Set<Integer> carriesEverything(File binary, String compact, int rdbVersion)
            throws IOException {
        Set<Integer> types = new TreeSet<>();
        try (Server source = new Server(binary, directory);
                Server target = new Server(binary, Files.createDirectory(directory.resolve("to")));
                Jedis from = source.connect();
                Jedis to = target.connect()) {
            fill(from, compact);
            from.save();
            RdbReader reader = RdbFiles.reader(Files.readAllBytes(directory.resolve("dump.rdb")));
            Map<Integer, Long> announced = new HashMap<>();
            Map<Integer, Long> keys = new HashMap<>();
            for (RdbItem item = reader.next(); item != null; item = reader.next()) {
                if (item instanceof RdbItem.DbSize size) {
                    announced.put(size.db(), size.keys());
                } else if (item instanceof RdbItem.Key key) {
                    keys.merge(key.db(), 1L, Long::sum);
                    types.add(key.entry().type());
                    restore(to, key);
                    isWhatDumpGives(from, key);
                }
            }

            assertThat(reader.version()).isGreaterThanOrEqualTo(rdbVersion);
            assertThat(keys).isEqualTo(announced).containsOnlyKeys(0, 5);
            assertThat(digest(to)).isEqualTo(digest(from)).isNotEqualTo("0".repeat(40));
            to.select(0);
            // PEXPIRETIME is not in 6.2: the time left now and before bounds the time of expiry.
            long before = System.currentTimeMillis();
            long left = to.pttl("expiring");
            assertThat(EXPIRY - left).isBetween(before - 1, System.currentTimeMillis() + 1);
        }
        return types;
    }

    private static void restore(Jedis to, RdbItem.Key key) {
        SnapshotEntry entry = key.entry();
        byte[] payload = new byte[RestorePayload.lengthOf(entry)];
        assertThat(RestorePayload.write(entry, payload, 0)).isEqualTo(payload.length);
        to.select(key.db());
        byte[] expiry = Protocol.toByteArray(entry.expires() ? entry.expireAtMillis() : 0);
        to.sendCommand(
                Protocol.Command.RESTORE,
                entry.key(),
                expiry,
                payload,
                SafeEncoder.encode("ABSTTL"));
    }

    private static void isWhatDumpGives(Jedis from, RdbItem.Key key) {
        from.select(key.db());
        byte[] dump = from.dump(key.entry().key());
        assertThat(Arrays.equals(RestorePayload.of(key.entry()), dump))
                .as("payload of %s equals DUMP", key.entry())
                .isTrue();
    }

    private static String digest(Jedis jedis) {
        return SafeEncoder.encode(
                (byte[]) jedis.sendCommand(() -> SafeEncoder.encode("DEBUG"), "DIGEST"));
    }

    private static void fill(Jedis jedis, String compact) {
        Random random = new Random(1);
        byte[] noise = new byte[100_000];
        random.nextBytes(noise);
        jedis.set("string", "text");
        jedis.set("string:empty", "");
        jedis.set("string:int8", "-12");
        jedis.set("string:int16", "-1234");
        jedis.set("string:int32", "123456789");
        jedis.set("string:int64", "1234567890123");
        jedis.set("string:compressed", "abc".repeat(10_000));
        jedis.set("string:noise".getBytes(UTF_8), noise);
        jedis.set("12345", "key stored as an integer");
        jedis.set("k".repeat(300), "key stored compressed");
        jedis.set(new byte[] {0, 1, (byte) 0xff, '\r', '\n'}, new byte[] {0, (byte) 0x80});
        jedis.set("expiring", "v");
        jedis.pexpireAt("expiring", EXPIRY);
        jedis.setbit("bits", 100_000, true);
        jedis.pfadd("hyperloglog", "a", "b", "c");
        for (int i = 0; i < 3; i++) {
            element(jedis, "small", i, "value" + i);
        }
        for (int i = 0; i < 2000; i++) {
            element(jedis, "large", i, "value" + i + "x".repeat(i % 200));
        }
        jedis.rpush("list:plain", "p".repeat(20_000), "small", "q".repeat(20_000));
        jedis.sadd("set:integers", "1", "2", "300000", "-5000000000");
        jedis.zadd("zset:infinite", Double.POSITIVE_INFINITY, "inf");
        jedis.zadd("zset:infinite", Double.NEGATIVE_INFINITY, "-inf");
        jedis.configSet("hash-max-" + compact + "-entries", "0");
        jedis.configSet("zset-max-" + compact + "-entries", "0");
        jedis.hset("hash:table", Map.of("f", "v", "100", "200"));
        jedis.zadd("zset:skiplist", 1.1, "m");
        jedis.configSet("list-compress-depth", "1");
        for (int i = 0; i < 500; i++) {
            jedis.rpush("list:compressed", "element ".repeat(20) + i);
        }
        streams(jedis);
        jedis.select(5);
        jedis.set("string", "in db 5");
        element(jedis, "db5", 1, "v");
    }

    private static void element(Jedis jedis, String name, int i, String value) {
        jedis.rpush("list:" + name, value);
        jedis.sadd("set:" + name, value);
        jedis.zadd("zset:" + name, i * 1.25, value);
        jedis.hset("hash:" + name, "field" + i, value);
    }

    private static void streams(Jedis jedis) {
        jedis.sendCommand(Protocol.Command.XGROUP, "CREATE", "stream:empty", "g", "0", "MKSTREAM");
        for (String stream : new String[] {"stream:small", "stream:large"}) {
            int entries = stream.endsWith("large") ? 1000 : 3;
            for (int i = 1; i <= entries; i++) {
                jedis.xadd(
                        stream,
                        new StreamEntryID(1_700_000_000_000L + i, i),
                        Map.of("n", "" + i, "text", "t".repeat(i % 50)));
            }
            jedis.sendCommand(Protocol.Command.XGROUP, "CREATE", stream, "first", "0");
            jedis.sendCommand(Protocol.Command.XGROUP, "CREATE", stream, "second", "$");
            for (String consumer : new String[] {"one", "two"}) {
                jedis.sendCommand(
                        Protocol.Command.XREADGROUP,
                        "GROUP",
                        "first",
                        consumer,
                        "COUNT",
                        "" + (entries / 3),
                        "STREAMS",
                        stream,
                        ">");
            }
            jedis.sendCommand(Protocol.Command.XACK, stream, "first", "1700000000001-1");
            jedis.sendCommand(Protocol.Command.XDEL, stream, "1700000000002-2");
        }
    }

    private static File installed() {
        for (String directory :
                System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
            File file = new File(directory, "redis-server");
            if (file.canExecute()) {
                return file;
            }
        }
        return null;
    }

    /** 700 for 7.0. */
    private static int versionOf(File binary) throws IOException {
        Process process = new ProcessBuilder(binary.getPath(), "--version").start();
        String text = new String(process.getInputStream().readAllBytes(), UTF_8);
        String[] numbers = text.replaceAll("(?s).*v=(\\d+)\\.(\\d+).*", "$1 $2").split(" ", 2);
        return 100 * Integer.parseInt(numbers[0]) + Integer.parseInt(numbers[1]);
    }

    /** A server of its own on a free port of the loopback interface. */
    private static final class Server implements AutoCloseable {

        private final int port;
        private final RedisServer server;

        Server(File binary, Path directory) throws IOException {
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                port = socket.getLocalPort();
            }
            int version = versionOf(binary);
            server =
                    RedisServer.newRedisServer()
                            .executableProvider(() -> binary)
                            .port(port)
                            .bind("127.0.0.1")
                            .setting("dir " + directory)
                            .setting("save \"\"")
                            .setting("appendonly no")
                            .settingIf(version >= 700, "enable-debug-command yes")
                            .build();
            server.start();
        }

        Jedis connect() {
            return new Jedis("127.0.0.1", port, 10_000);
        }

        @Override
        public void close() throws IOException {
            server.stop();
        }
    }
}

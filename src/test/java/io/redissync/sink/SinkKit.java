package io.redissync.sink;

import io.redissync.command.Change;
import io.redissync.command.Command;
import io.redissync.command.DbCommand;
import io.redissync.command.History;
import io.redissync.command.Marker;
import io.redissync.command.Phase;
import io.redissync.command.Position;
import io.redissync.command.SnapshotEntry;
import io.redissync.connection.Address;
import io.redissync.connection.ConnectionSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import redis.clients.jedis.Jedis;

/** Settings, changes and writers for the sink's tests. */
final class SinkKit {

    static final String SHARD = "a";
    static final String REPLID = "0123456789012345678901234567890123456789";
    static final History HISTORY = new History(0x1111, 1);

    String instance = "test";
    List<String> shards = List.of(SHARD);
    Delivery delivery = Delivery.EXACTLY_ONCE;
    ExistingData existingData = ExistingData.FAIL;
    Duration slack = Duration.ZERO;
    Duration retryTimeout = Duration.ofSeconds(60);
    int batchCommands = 100;
    int batchBytes = 1 << 20;
    int inFlight = 8;
    long commandsPerSecond;
    long bytesPerSecond;
    ConnectionSettings connection =
            new ConnectionSettings(null, null, null, Duration.ofSeconds(5), Duration.ofSeconds(20));

    private final Address target;

    SinkKit(Address target) {
        this.target = target;
    }

    SinkSettings settings() {
        return new SinkSettings(
                "test",
                instance,
                shards,
                target,
                connection,
                delivery,
                existingData,
                "shard",
                4,
                slack,
                new SinkSettings.Limits(
                        batchCommands,
                        batchBytes,
                        inFlight,
                        4 << 20,
                        commandsPerSecond,
                        bytesPerSecond,
                        retryTimeout));
    }

    RedisSinkWriter writer() {
        return new RedisSinkWriter(
                settings(), UnregisteredMetricsGroup.createSinkWriterMetricGroup(), 0);
    }

    static Position stream(long offset) {
        return stream(HISTORY, offset);
    }

    static Position stream(History history, long offset) {
        return new Position(history, REPLID, Phase.STREAM, offset, 0);
    }

    static Position snapshot(History history, long offset) {
        return new Position(history, REPLID, Phase.SNAPSHOT, offset, 0);
    }

    static Change begin() {
        return begin(HISTORY);
    }

    static Change begin(History history) {
        return new Change.Begin(SHARD, 0, snapshot(history, 0));
    }

    static Change tick(long offset) {
        return new Change.Tick(SHARD, 0, stream(offset));
    }

    static Change single(long offset, String... args) {
        return single(offset, 0, args);
    }

    static Change single(long offset, int db, String... args) {
        return new Change.Single(SHARD, 0, stream(offset), new DbCommand(db, Command.ofText(args)));
    }

    static Change transaction(long offset, DbCommand... commands) {
        return new Change.Transaction(SHARD, 0, stream(offset), List.of(commands));
    }

    static DbCommand command(int db, String... args) {
        return new DbCommand(db, Command.ofText(args));
    }

    /** Counted changes: each INCRs n, RPUSHes its number to l and APPENDs it to s. */
    static List<Change> counting(int from, int to) {
        List<Change> changes = new ArrayList<>();
        for (int i = from; i <= to; i++) {
            changes.add(single(i * 10L + 1, "INCR", "n"));
            changes.add(single(i * 10L + 2, "RPUSH", "l", Integer.toString(i)));
            changes.add(single(i * 10L + 3, "APPEND", "s", i + ","));
        }
        return changes;
    }

    /** The key as a snapshot would carry it. */
    static Change entry(History history, long offset, Jedis from, int db, String key, long at) {
        byte[] dump = from.dump(key.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        int end = dump.length - 10;
        return new Change.Entry(
                SHARD,
                0,
                snapshot(history, offset),
                db,
                new SnapshotEntry(
                        key.getBytes(java.nio.charset.StandardCharsets.UTF_8),
                        dump[0],
                        Arrays.copyOfRange(dump, 1, end),
                        (dump[end] & 255) | (dump[end + 1] & 255) << 8,
                        at,
                        SnapshotEntry.NONE,
                        SnapshotEntry.NONE));
    }

    static void put(RedisSinkWriter writer, List<Change> changes)
            throws IOException, InterruptedException {
        for (Change change : changes) {
            writer.write(change, null);
        }
    }

    static void put(RedisSinkWriter writer, Change... changes)
            throws IOException, InterruptedException {
        put(writer, List.of(changes));
    }

    /** Puts and flushes. */
    static void apply(RedisSinkWriter writer, Change... changes)
            throws IOException, InterruptedException {
        put(writer, changes);
        writer.flush(false);
    }

    static String markerKey() {
        return Marker.key("test", SHARD, 0);
    }

    /** The live field of the marker. */
    static Marker marker(Jedis jedis) {
        Marker live = null;
        for (Map.Entry<String, String> field : jedis.hgetAll(markerKey()).entrySet()) {
            if (!field.getValue().equals(Marker.MISBELIEF)) {
                live = Marker.decode(field.getKey(), field.getValue());
            }
        }
        return live;
    }

    /** What {@link #counting} from 1 to n leaves when each was applied once, in order. */
    static void assertCounted(Jedis jedis, int n) {
        List<String> numbers = new ArrayList<>();
        for (int i = 1; i <= n; i++) {
            numbers.add(Integer.toString(i));
        }
        org.assertj.core.api.Assertions.assertThat(jedis.get("n")).isEqualTo(Integer.toString(n));
        org.assertj.core.api.Assertions.assertThat(jedis.lrange("l", 0, -1)).isEqualTo(numbers);
        org.assertj.core.api.Assertions.assertThat(jedis.get("s"))
                .isEqualTo(String.join(",", numbers) + ",");
    }
}

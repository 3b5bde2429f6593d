package io.redissync.testing;

import io.redissync.command.Marker;
import io.redissync.command.Phase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import redis.clients.jedis.Jedis;

/** Reads the markers of a target and waits until they have reached the source. */
public final class Markers {

    private static final Duration POLL = Duration.ofMillis(50);

    private Markers() {}

    /**
     * The markers of one shard by lane; a lane without a live field is left out.
     *
     * @throws IllegalStateException when a marker has more than one live field
     */
    public static SortedMap<Integer, Marker> read(RedisServer target, String sync, String shard) {
        String prefix = Marker.KEY_PREFIX + sync + ":" + shard + ":";
        SortedMap<Integer, Marker> markers = new TreeMap<>();
        try (RawConnection connection = new RawConnection(target);
                Jedis jedis = target.jedis()) {
            for (String key : DataSet.scan(connection, prefix + "*")) {
                // Another key of the product may stand beside the lanes'.
                String lane = key.substring(prefix.length());
                if (lane.matches("\\d+")) {
                    live(key, jedis.hgetAll(key))
                            .forEach(marker -> markers.put(Integer.valueOf(lane), marker));
                }
            }
        }
        return markers;
    }

    private static List<Marker> live(String key, Map<String, String> fields) {
        List<Marker> live =
                fields.entrySet().stream()
                        .filter(field -> !field.getValue().equals(Marker.MISBELIEF))
                        .map(field -> Marker.decode(field.getKey(), field.getValue()))
                        .toList();
        if (live.size() > 1) {
            throw new IllegalStateException(
                    "read marker " + key + ": " + live.size() + " live fields (expected: one)");
        }
        return live;
    }

    /**
     * Waits until all lanes of the shard are past the offset that the source has now. (The source's
     * offset itself goes on: a PING every ten seconds.)
     *
     * @throws AssertionError when they are not in time, with the markers and the offset
     */
    public static void awaitCaughtUp(
            RedisServer source, RedisServer target, String sync, String shard, Duration timeout) {
        long offset = source.infoLong("replication", "master_repl_offset");
        try {
            Awaitility.await()
                    .pollInSameThread()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(POLL)
                    .atMost(timeout)
                    .until(() -> isCaughtUp(source, target, sync, shard, offset));
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(
                    "sync "
                            + sync
                            + ", shard "
                            + shard
                            + ": not at offset "
                            + offset
                            + " of "
                            + replicationIds(source)
                            + " after "
                            + timeout
                            + "; markers by lane: "
                            + read(target, sync, shard),
                    e);
        }
    }

    /** Whether all lanes of the shard are past an offset of the source's present stream. */
    public static boolean isCaughtUp(
            RedisServer source, RedisServer target, String sync, String shard, long offset) {
        SortedMap<Integer, Marker> markers = read(target, sync, shard);
        Set<String> ids = replicationIds(source);
        return !markers.isEmpty()
                && markers.values().stream()
                        .map(Marker::position)
                        .allMatch(
                                position ->
                                        position.phase() == Phase.STREAM
                                                && ids.contains(position.replid())
                                                && position.offset() >= offset);
    }

    /** An offset of an older history says nothing: its replid must be one the source goes by. */
    private static Set<String> replicationIds(RedisServer source) {
        return source.binary().isAtLeast(4, 0)
                ? Set.of(
                        source.info("replication", "master_replid"),
                        source.info("replication", "master_replid2"))
                : Set.of(source.info("server", "run_id"));
    }
}

package io.redissync.sink;

import io.redissync.command.Change;
import io.redissync.command.Marker;
import io.redissync.command.Phase;
import io.redissync.command.Position;
import io.redissync.connection.RedisConnection;
import io.redissync.connection.RedisError;
import io.redissync.connection.RedisErrorException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads, creates and takes over the markers of one sync on one target, over a given connection. */
public final class MarkerStore {

    private final SinkSettings settings;
    private final MarkerTokens tokens = new MarkerTokens();

    public MarkerStore(SinkSettings settings) {
        this.settings = settings;
    }

    String key(String shard, int lane) {
        return Marker.key(settings.syncName(), shard, lane);
    }

    /** Where a refused command is remembered, so that a restart does not step over it. */
    String refusedKey(String shard, int lane) {
        return key(shard, lane) + ":refused";
    }

    /** A key to try the compare-and-swap on, never the same for two writers. */
    String canaryKey() {
        return Marker.KEY_PREFIX + settings.syncName() + ":canary:" + tokens.next();
    }

    String nextToken() {
        return tokens.next();
    }

    /** Reads a lane's marker. */
    Optional<Marker> read(RedisConnection connection, String shard, int lane) throws IOException {
        return live(connection.demand("HGETALL", key(shard, lane)), key(shard, lane));
    }

    /**
     * Reads a lane's marker under a WATCH that holds until the next EXEC on the connection.
     *
     * <p>Only a batch under this WATCH may believe what was read: two batches that believe the same
     * token could both reach the target late, and the second would take the first one's {@code !}
     * for its belief.
     *
     * @throws FatalSinkException when a refused command is remembered there
     */
    Optional<Marker> readWatched(RedisConnection connection, LaneState lane) throws IOException {
        String key = key(lane.shard, lane.lane);
        String refusedKey = refusedKey(lane.shard, lane.lane);
        WireBuffer wire = new WireBuffer();
        boolean swaps = settings.delivery() == Delivery.EXACTLY_ONCE;
        if (swaps) {
            wire.command("UNWATCH");
            wire.command("WATCH", key);
        }
        wire.command("GET", refusedKey);
        wire.command("HGETALL", key);
        int commands = swaps ? 4 : 2;
        List<Object> replies = exchange(connection, wire, commands);
        Object refused = replies.get(commands - 2);
        if (refused != null) {
            throw new FatalSinkException(
                    lane
                            + ": the target refused a command earlier: "
                            + RedisConnection.asText(refused)
                            + ". Apply what was meant on the target by hand or accept that it is"
                            + " missing, then DEL "
                            + refusedKey
                            + " there and start again");
        }
        return live(replies.get(commands - 1), key);
    }

    /** Reads all markers of a shard, by lane. */
    public Map<Integer, Marker> readAll(RedisConnection connection, String shard)
            throws IOException {
        WireBuffer wire = new WireBuffer();
        for (int lane = 0; lane < settings.lanes(); lane++) {
            wire.command("HGETALL", key(shard, lane));
        }
        Map<Integer, Marker> markers = new HashMap<>();
        List<Object> replies = exchange(connection, wire, settings.lanes());
        for (int lane = 0; lane < settings.lanes(); lane++) {
            int of = lane;
            live(replies.get(lane), key(shard, lane)).ifPresent(marker -> markers.put(of, marker));
        }
        return markers;
    }

    private static List<Object> exchange(RedisConnection connection, WireBuffer wire, int commands)
            throws IOException {
        return connection.exchange(wire.bytes(), wire.length(), commands, "marker commands");
    }

    private static Optional<Marker> live(Object reply, String key) {
        List<?> fields = (List<?>) reply;
        Marker live = null;
        for (int i = 0; i + 1 < fields.size(); i += 2) {
            String value = RedisConnection.asText(fields.get(i + 1));
            if (!value.equals(Marker.MISBELIEF)) {
                if (live != null) {
                    throw new FatalSinkException(
                            "marker "
                                    + key
                                    + " has two live fields: something else writes to it; delete it"
                                    + " to begin with a full resync");
                }
                live = decode(RedisConnection.asText(fields.get(i)), value, key);
            }
        }
        return Optional.ofNullable(live);
    }

    private static Marker decode(String token, String value, String key) {
        try {
            return Marker.decode(token, value);
        } catch (IllegalArgumentException e) {
            throw new FatalSinkException(
                    "marker "
                            + key
                            + ": "
                            + e.getMessage()
                            + ". A newer release or something else wrote it; delete it to begin with"
                            + " a full resync",
                    e);
        }
    }

    /**
     * Makes the first marker of a history on a target that has none of this lane, when the target
     * may be written to. Read again: something may have come in between.
     *
     * @throws FatalSinkException when the target holds data that is not this sync's
     */
    void create(RedisConnection connection, LaneState lane, Change.Begin begin) throws IOException {
        refuseForeignData(connection);
        if (readWatched(connection, lane).isEmpty()) {
            boolean exclusive =
                    settings.existingData() == ExistingData.FAIL && settings.soleShard();
            write(connection, lane, marker(begin.position(), exclusive), Emptying.NO);
        }
    }

    /**
     * Puts the marker of a new history in the place of an older one's, which was read just now
     * under a WATCH. Read again: something may have come in between.
     */
    void takeOver(RedisConnection connection, LaneState lane, Change.Begin begin, Marker replaced)
            throws IOException {
        boolean exclusive = replaced.exclusive() && settings.soleShard();
        write(
                connection,
                lane,
                marker(begin.position(), exclusive),
                emptying(begin.position(), exclusive));
    }

    /**
     * Sets a lane's marker back to the beginning of its snapshot, when it can no longer be
     * believed: the source then has to make a full resync.
     */
    void rewind(RedisConnection connection, LaneState lane, Marker marker) throws IOException {
        Position at = marker.position();
        Position beginning = new Position(at.history(), at.replid(), Phase.SNAPSHOT, 0, 0);
        // A batch that ran outside a transaction left its WATCH, and changed what is watched.
        connection.demand("UNWATCH");
        write(connection, lane, marker(beginning, marker.exclusive()), Emptying.NO);
    }

    /** Writes down on the target that it refused a command, so that no restart steps over it. */
    void rememberRefusal(RedisConnection connection, LaneState lane, String what)
            throws IOException {
        connection.demand("SET", refusedKey(lane.shard, lane.lane), what);
    }

    /** Whether taking over empties the target: only when all of it belongs to this shard. */
    static Emptying emptying(Position begin, boolean exclusive) {
        return exclusive && begin.phase() == Phase.SNAPSHOT ? Emptying.YES : Emptying.NO;
    }

    enum Emptying {
        YES,
        NO
    }

    private Marker marker(Position position, boolean exclusive) {
        return new Marker(
                nextToken(),
                position,
                position.offset(),
                settings.ordering(),
                settings.lanes(),
                exclusive,
                settings.instance());
    }

    private void write(RedisConnection connection, LaneState lane, Marker marker, Emptying emptying)
            throws IOException {
        String key = key(lane.shard, lane.lane);
        boolean swaps = settings.delivery() == Delivery.EXACTLY_ONCE;
        WireBuffer wire = new WireBuffer();
        int commands = 0;
        if (swaps) {
            wire.command("MULTI");
            commands++;
        }
        if (emptying == Emptying.YES) {
            wire.command("FLUSHALL");
            commands++;
        }
        wire.command("DEL", key);
        wire.command("HSET", key, marker.token(), marker.encode());
        commands += 2;
        if (swaps) {
            wire.command("EXEC");
            commands++;
        }
        List<Object> replies = exchange(connection, wire, commands);
        if (swaps && replies.get(commands - 1) instanceof List<?> executed) {
            for (Object each : executed) {
                if (each instanceof RedisError error) {
                    throw new RedisErrorException(
                            "writing marker " + key, connection.address(), error);
                }
            }
        }
    }

    /**
     * Refuses a target with data when it has no marker of this sync: what is there is somebody's.
     *
     * @throws FatalSinkException naming the dbs that hold keys and what to do
     */
    public void refuseForeignData(RedisConnection connection) throws IOException {
        if (settings.existingData() == ExistingData.OVERWRITE) {
            return;
        }
        // One transaction: another shard may be making its marker and writing at this moment.
        boolean transaction = settings.delivery() == Delivery.EXACTLY_ONCE;
        WireBuffer wire = new WireBuffer();
        if (transaction) {
            wire.command("MULTI");
        }
        for (String shard : settings.shards()) {
            for (int lane = 0; lane < settings.lanes(); lane++) {
                wire.command("HVALS", key(shard, lane));
            }
        }
        wire.command("INFO", "keyspace");
        if (transaction) {
            wire.command("EXEC");
        }
        int reads = settings.shards().size() * settings.lanes() + 1;
        List<?> replies = exchange(connection, wire, reads + (transaction ? 2 : 0));
        if (transaction) {
            replies = (List<?>) replies.get(replies.size() - 1);
        }
        int leftovers = 0;
        for (Object reply : replies.subList(0, reads - 1)) {
            List<?> values = (List<?>) reply;
            for (Object value : values) {
                if (!RedisConnection.asText(value).equals(Marker.MISBELIEF)) {
                    return;
                }
            }
            // What batches of a writer that did not know of the loss left on an emptied target.
            leftovers += values.isEmpty() ? 0 : 1;
        }
        List<String> dbs = new ArrayList<>();
        for (String line :
                RedisConnection.asText(replies.get(replies.size() - 1)).split("\r?\n", -1)) {
            if (line.startsWith("db")) {
                dbs.add(line.replaceAll(",expires=.*", ""));
            }
        }
        boolean onlyLeftovers = dbs.equals(List.of("db0:keys=" + leftovers));
        if (!dbs.isEmpty() && !onlyLeftovers) {
            throw new FatalSinkException(
                    "target "
                            + connection.address()
                            + " is not empty ("
                            + String.join("; ", dbs)
                            + ") and has no marker of sync '"
                            + settings.syncName()
                            + "'. Empty it, name the sync that filled it (sync.name), or set"
                            + " target.existing-data: overwrite");
        }
    }
}

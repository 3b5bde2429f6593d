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

    /** Sends whole commands and reads their replies; an error among them is thrown. */
    private static List<Object> exchange(RedisConnection connection, WireBuffer wire, int commands)
            throws IOException {
        connection.write(wire.bytes(), 0, wire.length());
        List<Object> replies = new ArrayList<>(commands);
        RedisError error = null;
        for (int i = 0; i < commands; i++) {
            Object reply = connection.read();
            replies.add(reply);
            if (error == null && reply instanceof RedisError refused) {
                error = refused;
            }
        }
        if (error != null) {
            throw new RedisErrorException("marker commands", connection.address(), error);
        }
        return replies;
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
                live = Marker.decode(RedisConnection.asText(fields.get(i)), value);
            }
        }
        return Optional.ofNullable(live);
    }

    /**
     * Makes the first marker of a history on a target that has none of this lane, when the target
     * may be written to.
     *
     * @return the marker, or empty when something came in between: read again
     * @throws FatalSinkException when the target holds data that is not this sync's
     */
    Optional<Marker> create(RedisConnection connection, Change.Begin begin) throws IOException {
        refuseForeignData(connection);
        String key = key(begin.shard(), begin.lane());
        connection.demand("WATCH", key);
        if (!Long.valueOf(0).equals(connection.demand("EXISTS", key))) {
            connection.demand("UNWATCH");
            return Optional.empty();
        }
        Marker marker =
                marker(
                        begin.position(),
                        settings.existingData() == ExistingData.FAIL && settings.soleShard());
        return swap(connection, key, marker, Emptying.NO);
    }

    /**
     * Puts the marker of a new history in the place of an older one's.
     *
     * @return the marker, or empty when something came in between: read again
     */
    Optional<Marker> takeOver(RedisConnection connection, Change.Begin begin, Marker replaced)
            throws IOException {
        String key = key(begin.shard(), begin.lane());
        connection.demand("WATCH", key);
        Optional<Marker> now = read(connection, begin.shard(), begin.lane());
        if (now.isEmpty() || !now.get().token().equals(replaced.token())) {
            connection.demand("UNWATCH");
            return Optional.empty();
        }
        boolean exclusive = replaced.exclusive() && settings.soleShard();
        Marker marker = marker(begin.position(), exclusive);
        return swap(connection, key, marker, emptying(begin.position(), exclusive));
    }

    /**
     * Sets a lane's marker back to the beginning of its snapshot, when it can no longer be
     * believed: the source then has to make a full resync.
     */
    void rewind(RedisConnection connection, LaneState lane, Marker marker) throws IOException {
        Position at = marker.position();
        Position beginning = new Position(at.history(), at.replid(), Phase.SNAPSHOT, 0, 0);
        swap(
                connection,
                key(lane.shard, lane.lane),
                marker(beginning, marker.exclusive()),
                Emptying.NO);
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

    private static Optional<Marker> swap(
            RedisConnection connection, String key, Marker marker, Emptying emptying)
            throws IOException {
        WireBuffer wire = new WireBuffer();
        wire.command("MULTI");
        if (emptying == Emptying.YES) {
            wire.command("FLUSHALL");
        }
        wire.command("DEL", key);
        wire.command("HSET", key, marker.token(), marker.encode());
        wire.command("EXEC");
        int commands = emptying == Emptying.YES ? 5 : 4;
        Object reply = exchange(connection, wire, commands).get(commands - 1);
        if (reply instanceof List<?> replies) {
            for (Object each : replies) {
                if (each instanceof RedisError error) {
                    throw new RedisErrorException(
                            "writing marker " + key, connection.address(), error);
                }
            }
            return Optional.of(marker);
        }
        return Optional.empty();
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
        WireBuffer wire = new WireBuffer();
        wire.command("MULTI");
        for (String shard : settings.shards()) {
            for (int lane = 0; lane < settings.lanes(); lane++) {
                wire.command("EXISTS", key(shard, lane));
            }
        }
        wire.command("INFO", "keyspace");
        wire.command("EXEC");
        int commands = settings.shards().size() * settings.lanes() + 3;
        List<Object> answers = exchange(connection, wire, commands);
        List<?> replies = (List<?>) answers.get(answers.size() - 1);
        for (Object reply : replies) {
            if (Long.valueOf(1).equals(reply)) {
                return;
            }
        }
        List<String> dbs = new ArrayList<>();
        for (String line : RedisConnection.asText(replies.get(replies.size() - 1)).split("\r?\n")) {
            if (line.startsWith("db")) {
                dbs.add(line.replaceAll(",expires=.*", ""));
            }
        }
        if (!dbs.isEmpty()) {
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

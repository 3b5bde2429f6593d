package io.redissync.sink;

import io.redissync.command.Marker;
import io.redissync.connection.RedisConnection;
import io.redissync.connection.RedisError;
import io.redissync.connection.RedisErrorException;
import java.io.Closeable;
import java.io.IOException;
import java.util.BitSet;
import java.util.Map;

/** A connection to the target that was tried before data may go over it. */
final class TargetLink implements Closeable {

    private final RedisConnection connection;
    private final TargetVersion version;

    /** Dbs that answered a SELECT outside a transaction. */
    private final BitSet dbs = new BitSet();

    private TargetLink(RedisConnection connection, TargetVersion version) {
        this.connection = connection;
        this.version = version;
        dbs.set(0);
    }

    /**
     * Connects and tries the compare-and-swap with a belief that is wrong.
     *
     * @throws FatalSinkException when the target cannot do what exactness needs
     * @throws IOException when it cannot be reached now
     */
    static TargetLink open(SinkSettings settings, MarkerStore markers, String clientName)
            throws IOException {
        RedisConnection connection =
                RedisConnection.open(settings.target(), settings.connection(), clientName);
        try {
            Map<String, String> server = connection.info("server");
            TargetLink link = new TargetLink(connection, TargetVersion.of(server));
            if (settings.delivery() == Delivery.EXACTLY_ONCE) {
                link.tryCanary(settings, markers);
            }
            return link;
        } catch (IOException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /**
     * A transaction that runs on a wrong belief would apply batches twice: refuse such a target.
     */
    private void tryCanary(SinkSettings settings, MarkerStore markers) throws IOException {
        String key = markers.canaryKey();
        WireBuffer wire = new WireBuffer();
        wire.command("WATCH", key);
        wire.command("HSETNX", key, markers.nextToken(), Marker.MISBELIEF);
        // In the same write, so that a connection that breaks here leaves no key behind.
        wire.command("DEL", key);
        wire.command("MULTI");
        wire.command("PING");
        wire.command("EXEC");
        if (connection.exchange(wire.bytes(), wire.length(), 6, "the canary").get(5) != null) {
            throw new FatalSinkException(
                    "target "
                            + settings.target()
                            + " ran a transaction although a key that it WATCHed had changed:"
                            + " delivery: exactly-once is not possible there. Use a Redis server"
                            + " itself and no proxy, or set delivery: at-least-once");
        }
    }

    RedisConnection connection() {
        return connection;
    }

    TargetVersion version() {
        return version;
    }

    boolean knowsDb(int db) {
        return dbs.get(db);
    }

    /**
     * Tries a SELECT outside a transaction: inside one a refused SELECT would let the rest run in
     * the wrong db. Nothing may be in flight.
     *
     * @throws FatalSinkException when the target has no such db
     */
    void learnDb(int db) throws IOException {
        Object reply = connection.call("SELECT", Integer.toString(db));
        if (reply instanceof RedisError error) {
            if (TargetErrors.passes(error)) {
                throw new RedisErrorException("SELECT " + db, connection.address(), error);
            }
            throw new FatalSinkException(
                    "target "
                            + connection.address()
                            + " refused SELECT "
                            + db
                            + ": "
                            + error.message()
                            + ". Raise 'databases' there, map the db to another one"
                            + " (transform.db-map) or leave it out (filter.db.block)");
        }
        connection.demand("SELECT", "0");
        dbs.set(db);
    }

    @Override
    public void close() {
        connection.close();
    }
}

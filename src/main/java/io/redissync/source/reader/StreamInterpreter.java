package io.redissync.source.reader;

import io.redissync.command.Change;
import io.redissync.command.Command;
import io.redissync.command.DbCommand;
import io.redissync.command.Expiry;
import io.redissync.command.Position;
import io.redissync.source.FatalSourceException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes changes of the commands of the stream: follows SELECT, keeps MULTI … EXEC whole, drops link
 * chatter, and makes relative expiries absolute by the time at which they arrived.
 */
final class StreamInterpreter {

    /** Db of a position at which the stream has not said yet which one is selected. */
    static final int UNKNOWN_DB = -1;

    private final String shard;
    private final int lane;
    private Position position;
    private int db;

    /** The commands of the transaction that is open, or null outside one. */
    private List<DbCommand> transaction;

    StreamInterpreter(String shard, int lane, Position start) {
        this.shard = shard;
        this.lane = lane;
        this.position = start;
        this.db = start.db();
    }

    /** The last command boundary outside a transaction. */
    Position position() {
        return position;
    }

    /** The master has another replication id; offsets go on. */
    void replid(String replid) {
        if (!replid.equals(position.replid())) {
            position =
                    new Position(
                            position.history(),
                            replid,
                            position.phase(),
                            position.offset(),
                            position.db());
        }
    }

    /**
     * Takes the next command.
     *
     * @param end the replication offset behind it
     * @param arrivalMillis when its last byte arrived
     * @return the change that it completes, or null when it completes none
     */
    Change accept(Command command, long end, long arrivalMillis) throws IOException {
        switch (kind(command)) {
            case SELECT -> {
                db = dbOf(command, end);
                boundary(end);
                return null;
            }
            case MULTI -> {
                transaction = new ArrayList<>();
                return null;
            }
            case EXEC -> {
                List<DbCommand> commands = transaction;
                transaction = null;
                boundary(end);
                return commands == null || commands.isEmpty()
                        ? null
                        : new Change.Transaction(shard, lane, position, commands);
            }
            case DISCARD -> {
                transaction = null;
                db = position.db();
                boundary(end);
                return null;
            }
            case CHATTER -> {
                boundary(end);
                return null;
            }
            default -> {
                if (db == UNKNOWN_DB) {
                    throw unknownDb(end);
                }
                DbCommand dbCommand = new DbCommand(db, Expiry.absolute(command, arrivalMillis));
                if (transaction != null) {
                    transaction.add(dbCommand);
                    return null;
                }
                boundary(end);
                return new Change.Single(shard, lane, position, dbCommand);
            }
        }
    }

    /** A master selects a db before its first command; a replica only hands on what it gets. */
    private FatalSourceException unknownDb(long end) {
        return new FatalSourceException(
                "shard "
                        + shard
                        + ": the command before offset "
                        + end
                        + " is in a db that is not known: the source is a replica, whose stream"
                        + " selects none for us. Name its master in source.addresses, or use"
                        + " sync.mode: full+stream, whose snapshot tells the db");
    }

    private void boundary(long end) {
        if (transaction == null) {
            position = position.advancedTo(end, db);
        }
    }

    private enum Kind {
        SELECT,
        MULTI,
        EXEC,
        DISCARD,
        CHATTER,
        WRITE
    }

    /** Names are case-insensitive (Valkey 9 sends {@code ping}). */
    private static Kind kind(Command command) {
        return switch (command.argLength(0)) {
            case 4 ->
                    command.argIs(0, "PING")
                            ? Kind.CHATTER
                            : command.argIs(0, "EXEC") ? Kind.EXEC : Kind.WRITE;
            case 5 -> command.argIs(0, "MULTI") ? Kind.MULTI : Kind.WRITE;
            case 6 ->
                    command.argIs(0, "SELECT")
                            ? Kind.SELECT
                            : command.argIs(0, "OPINFO") ? Kind.CHATTER : Kind.WRITE;
            // No master sends it, but forwarded it would throw away the sink's own transaction.
            case 7 -> command.argIs(0, "DISCARD") ? Kind.DISCARD : Kind.WRITE;
            case 8 -> command.argIs(0, "REPLCONF") ? Kind.CHATTER : Kind.WRITE;
            default -> Kind.WRITE;
        };
    }

    private static int dbOf(Command command, long end) throws IOException {
        String text = command.argCount() == 2 ? command.argText(1) : "";
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IOException(
                    "SELECT in the stream before offset "
                            + end
                            + ": db '"
                            + text
                            + "' (expected: a number)");
        }
    }
}

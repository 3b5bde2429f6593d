package io.redissync.source.reader;

import io.redissync.command.Change;
import io.redissync.command.Command;
import io.redissync.command.DbCommand;
import io.redissync.command.Phase;
import io.redissync.command.Position;
import io.redissync.protocol.psync.HistorySpool;
import io.redissync.protocol.psync.SpoolCursor;
import io.redissync.protocol.psync.SpoolLog;
import io.redissync.protocol.rdb.RdbItem;
import io.redissync.protocol.rdb.RdbReader;
import io.redissync.protocol.resp.RespCommandDecoder;
import io.redissync.source.SyncMode;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns the spooled bytes of one history into changes: the snapshot's first, then the stream's. */
final class HistoryReader implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(HistoryReader.class);
    private static final byte[] FUNCTION = ascii("FUNCTION");
    private static final byte[] LOAD = ascii("LOAD");
    private static final byte[] REPLACE = ascii("REPLACE");
    private static final byte[] SCRIPT = ascii("SCRIPT");

    private final String shard;
    private final int lane;
    private final SyncMode mode;
    private final HistorySpool spool;
    private final ShardMetrics metrics;
    private final byte[] block = new byte[256 << 10];

    /** Reads the RDB while it lasts; null in the stream. */
    private RdbReader rdb;

    private SpoolCursor cursor;
    private RespCommandDecoder decoder;
    private StreamInterpreter stream;

    /** The offset at which the decoder began to count. */
    private long decodedFrom;

    private Position position;

    /** Bytes of the RDB that an earlier attempt handed on. */
    private final long handedOn;

    /** The db in which the stream begins, as the snapshot tells; a master selects it anew. */
    private int streamDb;

    private boolean begun;
    private boolean complete;

    /**
     * @param start where the history is resumed, or its beginning: in the snapshot at byte 0, or,
     *     when the snapshot's data is not wanted, in the stream. A snapshot is read from byte 0 in
     *     any case, because an RDB can be read no other way; what lies before the start is left
     *     out.
     */
    HistoryReader(
            String shard,
            int lane,
            SyncMode mode,
            HistorySpool spool,
            Position start,
            ShardMetrics metrics) {
        this.shard = shard;
        this.lane = lane;
        this.mode = mode;
        this.spool = spool;
        this.metrics = metrics;
        this.position = start;
        this.handedOn = start.phase() == Phase.SNAPSHOT ? start.offset() : 0;
        if (start.phase() == Phase.SNAPSHOT) {
            SpoolLog log =
                    spool.snapshot()
                            .orElseThrow(
                                    () ->
                                            new IllegalStateException(
                                                    "spool " + spool + " has no snapshot"));
            cursor = log.cursor(0);
            rdb = new RdbReader(this::readSnapshot);
        } else {
            enterStream(start);
        }
    }

    /** Whether nothing more will come: the snapshot is all that was asked for. */
    boolean complete() {
        return complete;
    }

    Position position() {
        return position;
    }

    /**
     * Appends what can be had without waiting.
     *
     * @param changes receives the changes
     * @param maxBytes of changes, after which to stop
     * @param first the change that says where this history begins or goes on, the first time
     */
    void read(List<Change> changes, int maxBytes, Change first) throws IOException {
        if (!begun) {
            changes.add(first);
            begun = true;
        }
        if (rdb != null) {
            readEntries(changes, maxBytes);
        }
        if (rdb == null && !complete) {
            readCommands(changes, maxBytes);
        }
    }

    /** Waits until there is something to read, the time is up, or somebody wakes the reader. */
    void await(long millis) throws InterruptedException {
        SpoolLog log = rdb != null ? spool.snapshot().orElseThrow() : spool.stream();
        log.awaitBeyond(cursor.position(), millis);
    }

    private void readEntries(List<Change> changes, int maxBytes) throws IOException {
        long bytes = 0;
        while (bytes < maxBytes) {
            long before = rdb.position();
            RdbItem item;
            try {
                item = rdb.next();
            } catch (NothingToRead e) {
                return;
            }
            if (item == null) {
                endOfSnapshot(changes);
                return;
            }
            Change change = changeOf(item);
            if (change != null) {
                changes.add(change);
                bytes += change.sizeInBytes();
            } else {
                // Flink wants its thread back while much is left out, too.
                bytes += rdb.position() - before;
            }
            metrics.snapshotPosition(rdb.position());
        }
    }

    private Change changeOf(RdbItem item) {
        if (item instanceof RdbItem.Aux aux && aux.name().equals("repl-stream-db")) {
            // A replica as source hands its master's stream on, without a SELECT for us.
            String text = new String(aux.value(), StandardCharsets.US_ASCII);
            streamDb = text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : 0;
        }
        if (rdb.position() <= handedOn) {
            return null;
        }
        spool.snapshotReread();
        position = position.advancedTo(rdb.position(), 0);
        if (item instanceof RdbItem.Key key) {
            metrics.snapshotKey();
            return new Change.Entry(shard, lane, position, key.db(), key.entry());
        }
        if (item instanceof RdbItem.Function function) {
            return single(Command.of(FUNCTION, LOAD, REPLACE, function.library()));
        }
        if (item instanceof RdbItem.Aux aux && aux.name().equals("lua")) {
            return single(Command.of(SCRIPT, LOAD, aux.value()));
        }
        if (item instanceof RdbItem.ModuleAux module) {
            LOG.warn(
                    "Shard {}: data of module {} that belongs to no key is not carried over (offset"
                            + " {} of the RDB)",
                    shard,
                    module.moduleName(),
                    position.offset());
        }
        return null;
    }

    private Change single(Command command) {
        return new Change.Single(shard, lane, position, new DbCommand(0, command));
    }

    private void endOfSnapshot(List<Change> changes) {
        close();
        if (rdb.emptyKeys() > 0) {
            LOG.warn(
                    "Shard {}: {} empty collections of the snapshot were left out, as a server"
                            + " leaves them out when it loads the RDB",
                    shard,
                    rdb.emptyKeys());
        }
        rdb = null;
        Position start =
                new Position(
                        position.history(),
                        spool.replid(),
                        Phase.STREAM,
                        spool.startOffset(),
                        streamDb);
        LOG.info("Shard {}: snapshot of history {} read to its end", shard, start.history());
        enterStream(start);
        changes.add(new Change.Tick(shard, lane, start));
        complete = mode == SyncMode.FULL;
        if (complete) {
            metrics.allRead();
        } else {
            metrics.snapshotRead();
        }
    }

    private void enterStream(Position start) {
        position = start;
        cursor = spool.stream().cursor(start.offset());
        decoder = new RespCommandDecoder();
        stream = new StreamInterpreter(shard, lane, start);
        decodedFrom = start.offset();
    }

    private void readCommands(List<Change> changes, int maxBytes) throws IOException {
        long bytes = 0;
        Position before = stream.position();
        Position emitted = before;
        stream.replid(spool.replid());
        while (bytes < maxBytes) {
            Command command = decoder.next();
            if (command == null) {
                int read = cursor.read(block, 0, block.length);
                if (read <= 0) {
                    break;
                }
                decoder.append(block, 0, read);
                continue;
            }
            Change change =
                    stream.accept(
                            command, decodedFrom + decoder.consumed(), cursor.arrivalMillis());
            if (change != null) {
                changes.add(change);
                bytes += change.sizeInBytes();
                emitted = change.position();
            }
        }
        position = stream.position();
        // What carries no change (PING, SELECT) moves the position too.
        if (!position.equals(emitted)) {
            changes.add(new Change.Tick(shard, lane, position));
        }
        metrics.streamPosition(position.offset());
    }

    private int readSnapshot(byte[] dst, int off, int length) throws IOException {
        int read = cursor.read(dst, off, length);
        if (read == 0) {
            throw NothingToRead.INSTANCE;
        }
        return read;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public void close() {
        try {
            cursor.close();
        } catch (IOException e) {
            LOG.warn("Shard {}: a cursor of the spool was not closed: {}", shard, e.getMessage());
        }
    }

    /** Leaves the RDB reader when the spool has nothing for it yet; it is resumed later. */
    private static final class NothingToRead extends RuntimeException {
        private static final long serialVersionUID = 1L;

        // It has no stack trace and is thrown often.
        @SuppressWarnings("StaticAssignmentOfThrowable")
        static final NothingToRead INSTANCE = new NothingToRead();

        private NothingToRead() {
            super("the spool has nothing to read yet", null, false, false);
        }
    }
}

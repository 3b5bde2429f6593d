package io.redissync.source.reader;

import io.redissync.command.Change;
import io.redissync.protocol.rdb.RdbFormatException;
import io.redissync.protocol.resp.RespFormatException;
import io.redissync.source.FatalSourceException;
import io.redissync.source.SourceSettings;
import io.redissync.source.split.ShardSplit;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.apache.flink.connector.base.source.reader.RecordsBySplits;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitReader;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsChange;

/** Fetches changes of one shard from its spool, on the shard's own thread. */
final class ShardSplitReader implements SplitReader<Change, ShardSplit> {

    /** Changes handed over at once, in bytes: two such batches wait in Flink's queue. */
    private static final int BATCH_BYTES = 256 << 10;

    private static final long WAIT_MILLIS = 1_000;

    private final SourceSettings settings;
    private final Function<ShardSplit, ShardSession> sessions;

    private ShardSplit split;
    private HistoryReader reader;
    private Change first;
    private ShardSession.Opened reading;
    private volatile ShardSession session;
    private volatile boolean woken;

    /**
     * @param sessions makes the session of a split and registers it for Flink's thread
     */
    ShardSplitReader(SourceSettings settings, Function<ShardSplit, ShardSession> sessions) {
        this.settings = settings;
        this.sessions = sessions;
    }

    @Override
    public void handleSplitsChanges(SplitsChange<ShardSplit> change) {
        for (ShardSplit added : change.splits()) {
            if (split != null) {
                throw new IllegalStateException(
                        "split " + added + " for the reader of " + split + " (expected: one)");
            }
            split = added;
        }
    }

    @Override
    public RecordsWithSplitIds<Change> fetch() throws IOException {
        if (split == null) {
            return records(List.of(), Set.of());
        }
        try {
            return fetchNext();
        } catch (RdbFormatException e) {
            throw new FatalSourceException(
                    "shard "
                            + split.shard()
                            + ": the snapshot cannot be read: "
                            + e.getMessage()
                            + ". Another full resync would bring it again: look at that key at the"
                            + " source, delete or convert it, and start again",
                    e);
        } catch (RespFormatException e) {
            throw new FatalSourceException(
                    "shard "
                            + split.shard()
                            + ", behind "
                            + reader.position()
                            + ": the source sent what is no command: "
                            + e.getMessage()
                            + ". Its address may belong to a proxy: name the master itself",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("reading shard " + split.shard() + " was interrupted");
        }
    }

    private RecordsWithSplitIds<Change> fetchNext() throws IOException, InterruptedException {
        if (session == null) {
            ShardSession opening = sessions.apply(split);
            session = opening;
            opening.open();
        }
        ShardSession open = session;
        if (open.alreadyComplete().isPresent()) {
            Change tick = new Change.Tick(split.shard(), open.lane(), open.alreadyComplete().get());
            return finish(List.of(tick));
        }
        open.takeNewest().ifPresent(this::turnTo);
        if (reader == null) {
            open.awaitHistory(WAIT_MILLIS);
            return records(List.of(), Set.of());
        }
        List<Change> changes = new ArrayList<>();
        reader.read(changes, BATCH_BYTES, first);
        if (reader.complete()) {
            return finish(changes);
        }
        if (changes.isEmpty() && !woken) {
            reader.await(WAIT_MILLIS);
        }
        woken = false;
        return records(changes, Set.of());
    }

    private void turnTo(ShardSession.Opened opened) {
        closeReader();
        reading = opened;
        first = opened.first();
        reader =
                new HistoryReader(
                        split.shard(),
                        session.lane(),
                        settings.mode(),
                        opened.spool(),
                        opened.start(),
                        session.metrics());
    }

    private void closeReader() {
        if (reader != null) {
            reader.close();
            session.delete(reading.spool());
            reader = null;
        }
    }

    private RecordsWithSplitIds<Change> finish(List<Change> changes) {
        String id = split.splitId();
        split = null;
        return records(id, changes, Set.of(id));
    }

    private RecordsWithSplitIds<Change> records(List<Change> changes, Set<String> finished) {
        return records(split == null ? "" : split.splitId(), changes, finished);
    }

    private static RecordsWithSplitIds<Change> records(
            String id, List<Change> changes, Set<String> finished) {
        return new RecordsBySplits<>(changes.isEmpty() ? Map.of() : Map.of(id, changes), finished);
    }

    @Override
    public void wakeUp() {
        woken = true;
        ShardSession open = session;
        if (open != null) {
            open.wakeUp();
        }
    }

    @Override
    public void close() {
        if (reader != null) {
            reader.close();
        }
        if (session != null) {
            session.close();
        }
    }
}

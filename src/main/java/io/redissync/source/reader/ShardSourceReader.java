package io.redissync.source.reader;

import io.redissync.command.Change;
import io.redissync.command.Position;
import io.redissync.source.FullSyncEvents;
import io.redissync.source.SourceSettings;
import io.redissync.source.split.ShardSplit;
import io.redissync.source.split.ShardSplitState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.configuration.ConfigurationUtils;
import org.apache.flink.connector.base.source.reader.SourceReaderBase;

/** Flink's side of reading: states of the splits, checkpoints, and the enumerator's word. */
public final class ShardSourceReader
        extends SourceReaderBase<Change, Change, ShardSplit, ShardSplitState> {

    private final FullSyncPermits permits;
    private final Map<String, ShardSession> sessions;

    /** Positions of each checkpoint that is not complete yet, by checkpoint and shard. */
    private final SortedMap<Long, Map<String, Position>> uncompleted = new TreeMap<>();

    /** Shards of which all was read. */
    private final List<ShardSession> read = new ArrayList<>();

    /** Those of {@link #read} that each checkpoint which is not complete yet stands behind. */
    private final SortedMap<Long, List<ShardSession>> readBefore = new TreeMap<>();

    private ShardSourceReader(
            SourceSettings settings,
            SourceReaderContext context,
            FullSyncPermits permits,
            Map<String, ShardSession> sessions) {
        super(
                new PerShardFetcherManager(
                        () ->
                                new ShardSplitReader(
                                        settings,
                                        split ->
                                                session(
                                                        settings, context, permits, sessions,
                                                        split)),
                        context.getConfiguration()),
                new ShardEmitter(),
                context.getConfiguration(),
                context);
        this.permits = permits;
        this.sessions = sessions;
    }

    public static ShardSourceReader create(SourceSettings settings, SourceReaderContext context) {
        return new ShardSourceReader(
                settings,
                context,
                new FullSyncPermits(context::sendSourceEventToCoordinator),
                new ConcurrentHashMap<>());
    }

    private static ShardSession session(
            SourceSettings settings,
            SourceReaderContext context,
            FullSyncPermits permits,
            Map<String, ShardSession> sessions,
            ShardSplit split) {
        ShardSession session =
                new ShardSession(
                        settings,
                        split,
                        spoolDirectory(settings, context),
                        permits.of(split.shard(), settings.maxConcurrentFullSyncs()),
                        new ShardMetrics(context.metricGroup(), split.shard()));
        sessions.put(split.shard(), session);
        return session;
    }

    private static Path spoolDirectory(SourceSettings settings, SourceReaderContext context) {
        if (settings.spoolDir() != null) {
            return Path.of(settings.spoolDir());
        }
        String[] directories = ConfigurationUtils.parseTempDirectories(context.getConfiguration());
        return Path.of(directories[0], "flink-redis-sync");
    }

    @Override
    public void handleSourceEvents(SourceEvent event) {
        if (event instanceof FullSyncEvents.Grant grant) {
            permits.granted(grant);
        } else {
            super.handleSourceEvents(event);
        }
    }

    @Override
    public List<ShardSplit> snapshotState(long checkpointId) {
        List<ShardSplit> splits = super.snapshotState(checkpointId);
        Map<String, Position> positions = new HashMap<>();
        for (ShardSplit split : splits) {
            split.position().ifPresent(position -> positions.put(split.shard(), position));
        }
        uncompleted.put(checkpointId, positions);
        readBefore.put(checkpointId, List.copyOf(read));
        return splits;
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) throws Exception {
        super.notifyCheckpointComplete(checkpointId);
        Map<String, Position> positions = uncompleted.get(checkpointId);
        // Older ones were subsumed or have failed.
        uncompleted.headMap(checkpointId + 1).clear();
        readBefore.getOrDefault(checkpointId, List.of()).forEach(ShardSession::finished);
        readBefore.headMap(checkpointId + 1).clear();
        if (positions == null) {
            return;
        }
        for (Map.Entry<String, Position> each : positions.entrySet()) {
            ShardSession session = sessions.get(each.getKey());
            if (session != null) {
                session.checkpointed(each.getValue());
            }
        }
    }

    @Override
    protected void onSplitFinished(Map<String, ShardSplitState> finished) {
        for (String shard : finished.keySet()) {
            ShardSession session = sessions.remove(shard);
            session.metrics().allRead();
            read.add(session);
        }
    }

    @Override
    protected ShardSplitState initializedState(ShardSplit split) {
        return new ShardSplitState(split);
    }

    @Override
    protected ShardSplit toSplitType(String splitId, ShardSplitState state) {
        return state.toSplit();
    }
}

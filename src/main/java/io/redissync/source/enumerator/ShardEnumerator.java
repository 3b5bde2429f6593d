package io.redissync.source.enumerator;

import io.redissync.command.Lanes;
import io.redissync.connection.Shard;
import io.redissync.source.FatalSourceException;
import io.redissync.source.FullSyncEvents;
import io.redissync.source.SourceSettings;
import io.redissync.source.split.ShardSplit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives every shard to one reader, once the sync may begin, and keeps full resyncs apart. */
public final class ShardEnumerator implements SplitEnumerator<ShardSplit, EnumeratorState> {

    private static final Logger LOG = LoggerFactory.getLogger(ShardEnumerator.class);

    private final SourceSettings settings;
    private final SplitEnumeratorContext<ShardSplit> context;
    private final FullSyncPermits permits;
    private final Set<String> known = new LinkedHashSet<>();
    private final List<ShardSplit> unassigned = new ArrayList<>();
    private final boolean restored;
    private boolean mayAssign;

    /** Begins without state. */
    public ShardEnumerator(SourceSettings settings, SplitEnumeratorContext<ShardSplit> context) {
        this(settings, context, new EnumeratorState(settings.syncName(), List.of(), List.of()));
    }

    /**
     * Goes on from a checkpoint.
     *
     * @throws FatalSourceException when the state is another sync's or knows shards that are no
     *     longer configured
     */
    public ShardEnumerator(
            SourceSettings settings,
            SplitEnumeratorContext<ShardSplit> context,
            EnumeratorState state) {
        this.settings = settings;
        this.context = context;
        this.permits = new FullSyncPermits(settings.maxConcurrentFullSyncs());
        this.restored = !state.known().isEmpty();
        if (!state.syncName().equals(settings.syncName())) {
            throw new FatalSourceException(
                    "state of sync '"
                            + state.syncName()
                            + "' cannot be restored into sync '"
                            + settings.syncName()
                            + "': set sync.name: "
                            + state.syncName());
        }
        for (String shard : state.known()) {
            if (settings.shard(shard).isEmpty()) {
                throw new FatalSourceException(
                        "state knows shard '"
                                + shard
                                + "', source.addresses does not (it has "
                                + settings.shards()
                                + "): name it there, as "
                                + shard
                                + "@host:port");
            }
        }
        known.addAll(state.known());
        unassigned.addAll(state.unassigned());
        addNewShards();
    }

    private void addNewShards() {
        List<Shard> shards = settings.shards();
        for (int i = 0; i < shards.size(); i++) {
            String id = shards.get(i).id();
            if (known.add(id)) {
                int lane = Lanes.homeLane(i, shards.size(), settings.lanes());
                unassigned.add(new ShardSplit(id, lane, null));
            }
        }
    }

    @Override
    public void start() {
        if (restored) {
            mayAssign = true;
            return;
        }
        context.callAsync(
                () -> {
                    settings.startCheck().verify();
                    return settings.shards().size();
                },
                (shards, failure) -> {
                    if (failure != null) {
                        throw new FatalSourceException(failure.getMessage(), failure);
                    }
                    mayAssign = true;
                    LOG.info("Both ends checked; {} shards to read", shards);
                    assign();
                });
    }

    @Override
    public void addReader(int subtask) {
        grant(permits.forget(subtask));
        assign();
    }

    @Override
    public void addSplitsBack(List<ShardSplit> splits, int subtask) {
        grant(permits.forget(subtask));
        unassigned.addAll(splits);
        assign();
    }

    private void assign() {
        if (!mayAssign) {
            return;
        }
        Set<Integer> readers = context.registeredReaders().keySet();
        int parallelism = context.currentParallelism();
        List<ShardSplit> left = new ArrayList<>();
        for (ShardSplit split : unassigned) {
            int reader = indexOf(split.shard()) % parallelism;
            if (readers.contains(reader)) {
                LOG.info("Shard {} goes to reader {}", settings.shard(split.shard()), reader);
                context.assignSplit(split, reader);
            } else {
                left.add(split);
            }
        }
        unassigned.clear();
        unassigned.addAll(left);
        if (settings.mode().isBounded()) {
            // A reader that is never told so never ends.
            for (int reader : readers) {
                if (unassigned.stream()
                        .noneMatch(split -> indexOf(split.shard()) % parallelism == reader)) {
                    context.signalNoMoreSplits(reader);
                }
            }
        }
    }

    private int indexOf(String shard) {
        for (int i = 0; i < settings.shards().size(); i++) {
            if (settings.shards().get(i).id().equals(shard)) {
                return i;
            }
        }
        throw new FatalSourceException(
                "shard '" + shard + "' is not in source.addresses: " + settings.shards());
    }

    @Override
    public void handleSplitRequest(int subtask, String requesterHostname) {
        // Shards are given out, not asked for.
    }

    @Override
    public void handleSourceEvent(int subtask, SourceEvent event) {
        if (event instanceof FullSyncEvents.Request request) {
            grant(permits.request(new FullSyncPermits.Holder(request.shard(), subtask)));
        } else if (event instanceof FullSyncEvents.Release release) {
            grant(permits.release(release.shard()));
        } else {
            throw new FatalSourceException("event of reader " + subtask + ": unknown: " + event);
        }
    }

    private void grant(List<FullSyncPermits.Holder> granted) {
        for (FullSyncPermits.Holder holder : granted) {
            if (context.registeredReaders().containsKey(holder.subtask())) {
                context.sendEventToSourceReader(
                        holder.subtask(), new FullSyncEvents.Grant(holder.shard()));
            }
        }
    }

    @Override
    public EnumeratorState snapshotState(long checkpointId) {
        return new EnumeratorState(settings.syncName(), List.copyOf(known), unassigned);
    }

    @Override
    public void close() {}
}

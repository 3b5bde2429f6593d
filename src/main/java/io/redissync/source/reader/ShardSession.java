package io.redissync.source.reader;

import io.redissync.command.Change;
import io.redissync.command.History;
import io.redissync.command.Marker;
import io.redissync.command.Phase;
import io.redissync.command.Position;
import io.redissync.connection.Shard;
import io.redissync.protocol.psync.FullSyncPermit;
import io.redissync.protocol.psync.HistorySpool;
import io.redissync.protocol.psync.LinkException;
import io.redissync.protocol.psync.LinkListener;
import io.redissync.protocol.psync.LinkSettings;
import io.redissync.protocol.psync.ReplicaLink;
import io.redissync.protocol.psync.SnapshotMode;
import io.redissync.protocol.psync.SpoolBudget;
import io.redissync.protocol.psync.SpoolFactory;
import io.redissync.source.FatalSourceException;
import io.redissync.source.SourceSettings;
import io.redissync.source.SyncMode;
import io.redissync.source.split.ShardSplit;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt at reading a shard: decides where to begin, keeps the link and knows which history is
 * the newest. The link's threads, the fetcher and Flink's thread meet here.
 */
final class ShardSession implements LinkListener, SpoolFactory, Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(ShardSession.class);
    private static final SecureRandom RANDOM = new SecureRandom();

    /**
     * A history that the link has begun to fill.
     *
     * @param spool where its bytes are
     * @param start where reading begins
     * @param first the change that says so to the rest of the job
     */
    record Opened(HistorySpool spool, Position start, Change first) {}

    private final SourceSettings settings;
    private final Shard shard;
    private final ShardSplit split;
    private final FullSyncPermit permit;
    private final ShardMetrics metrics;
    private final ShardSpools spools;

    private int lane;
    private ReplicaLink link;
    private Position complete;
    private int nextEpoch = 1;
    private boolean hadHistory;

    /** Where the spool that was made last goes on; null when it begins a history. */
    private Position resumedAt;

    private Opened newest;
    private boolean newestTaken = true;
    private RuntimeException failure;
    private boolean woken;

    ShardSession(
            SourceSettings settings,
            ShardSplit split,
            Path spoolDir,
            FullSyncPermit permit,
            ShardMetrics metrics) {
        this.settings = settings;
        this.split = split;
        this.shard =
                settings.shard(split.shard())
                        .orElseThrow(
                                () ->
                                        new FatalSourceException(
                                                "shard '"
                                                        + split.shard()
                                                        + "' is not in source.addresses: "
                                                        + settings.shards()));
        this.permit = permit;
        this.metrics = metrics;
        this.lane = split.lane();
        this.spools =
                new ShardSpools(
                        new HistorySpool.Place(
                                spoolDir,
                                settings.syncName(),
                                shard.id(),
                                settings.spoolSegmentBytes(),
                                new SpoolBudget(settings.spoolMaxBytes())));
    }

    /**
     * Asks the target how far it is, takes over what earlier attempts left here for that place, and
     * starts the link behind it.
     */
    void open() throws IOException {
        Map<Integer, Marker> markers = settings.progress().markersOf(shard.id());
        StartDecision.Start start =
                new StartDecision(
                                settings.instance(),
                                settings.mode(),
                                settings.ordering(),
                                settings.lanes(),
                                position -> spools.takeOver(position).isPresent())
                        .decide(lane, split.position(), markers);
        if (start instanceof StartDecision.Start.Refused refused) {
            throw new FatalSourceException("shard " + shard + ": " + refused.why());
        }
        if (start instanceof StartDecision.Start.Resume resume) {
            lane = resume.lane();
            nextEpoch = resume.position().history().epoch() + 1;
            hadHistory = true;
            resume(resume.position(), resume.why());
        } else if (start instanceof StartDecision.Start.FullResync resync) {
            if (resync.epoch() > 1) {
                LOG.warn("Shard {}: full resync: {}", shard, resync.why());
            } else {
                LOG.info("Shard {}: begins with a full resync: {}", shard, resync.why());
            }
            lane = resync.lane();
            nextEpoch = resync.epoch();
            newLink().start();
        } else if (start instanceof StartDecision.Start.Complete done) {
            LOG.info("Shard {}: the snapshot is on the target already", shard);
            lane = done.lane();
            complete = done.position();
        }
        // What was wanted of it is in this attempt's own spool by now.
        spools.sweep();
    }

    private void resume(Position from, String why) throws IOException {
        Optional<HistorySpool> taken = spools.takeOver(from);
        LOG.info(
                "Shard {}: resumes from {}: {}; {}",
                shard,
                why,
                from,
                taken.map(s -> "the spool holds the stream up to offset " + s.stream().end())
                        .orElse("nothing of it is in a spool here"));
        if (taken.isEmpty()) {
            newLink().start(from);
            return;
        }
        resumedAt = from;
        onHistory(taken.get(), why);
        if (settings.mode() != SyncMode.FULL) {
            newLink().start(taken.get(), from.phase() == Phase.STREAM ? from.offset() : 0);
        }
    }

    private ReplicaLink newLink() {
        ReplicaLink newLink = new ReplicaLink(linkSettings(), this, permit, this);
        synchronized (this) {
            link = newLink;
        }
        metrics.link(newLink);
        return newLink;
    }

    private LinkSettings linkSettings() {
        LinkSettings defaults = LinkSettings.of(shard, settings.connection());
        return new LinkSettings(
                shard,
                settings.connection(),
                "redis-sync:" + settings.syncName() + ":source:" + shard.id(),
                settings.acknowledge(),
                snapshotMode(),
                defaults.backoffMin(),
                defaults.backoffMax(),
                settings.psyncCommand(),
                defaults.replconfCommand());
    }

    private SnapshotMode snapshotMode() {
        return switch (settings.mode()) {
            case FULL_AND_STREAM -> SnapshotMode.KEEP;
            case FULL -> SnapshotMode.ONLY;
            case STREAM -> SnapshotMode.DISCARD;
        };
    }

    ShardMetrics metrics() {
        return metrics;
    }

    int lane() {
        return lane;
    }

    /** The position at which there was nothing left to do from the start. */
    Optional<Position> alreadyComplete() {
        return Optional.ofNullable(complete);
    }

    /** Called by the link just before {@link #onHistory}, on the same thread. */
    @Override
    public HistorySpool create(String replid, long startOffset, Optional<Position> resumed)
            throws IOException {
        resumedAt = resumed.orElse(null);
        if (resumed.isPresent()) {
            return HistorySpool.resume(spools.place(), resumed.get(), replid);
        }
        if (settings.mode() == SyncMode.STREAM && hadHistory) {
            FatalSourceException gap =
                    new FatalSourceException(
                            "shard "
                                    + shard
                                    + ": the master cannot continue from where the sync was, and"
                                    + " sync.mode: stream has no snapshot to fill the gap. Raise"
                                    + " repl-backlog-size there, and begin anew with sync.mode:"
                                    + " full+stream");
            fail(gap);
            throw new IOException(gap.getMessage(), gap);
        }
        History history = new History(RANDOM.nextLong(), nextEpoch++);
        return settings.mode() == SyncMode.STREAM
                ? HistorySpool.resume(spools.place(), history, replid, startOffset)
                : HistorySpool.begin(spools.place(), history, replid, startOffset);
    }

    @Override
    public synchronized void onHistory(HistorySpool spool, String why) {
        Position start;
        Change first;
        if (resumedAt != null) {
            start = resumedAt;
            first = new Change.Tick(shard.id(), lane, start);
        } else {
            LOG.info(
                    "Shard {}: history {} begins at offset {}: {}",
                    shard,
                    spool.history(),
                    spool.startOffset(),
                    why);
            start =
                    settings.mode() == SyncMode.STREAM
                            ? new Position(
                                    spool.history(),
                                    spool.replid(),
                                    Phase.STREAM,
                                    spool.startOffset(),
                                    StreamInterpreter.UNKNOWN_DB)
                            : new Position(spool.history(), spool.replid(), Phase.SNAPSHOT, 0, 0);
            first = new Change.Begin(shard.id(), lane, start);
            if (start.phase() == Phase.SNAPSHOT) {
                metrics.fullResync();
            }
        }
        HistorySpool replaced = newest == null ? null : newest.spool();
        if (replaced != null && newestTaken) {
            replaced.wakeUp();
        } else if (replaced != null) {
            delete(replaced);
        }
        hadHistory = true;
        spools.add(spool);
        newest = new Opened(spool, start, first);
        newestTaken = false;
        metrics.history(spool, start);
        notifyAll();
    }

    @Override
    public void onFailure(LinkException fatal) {
        fail(
                fatal.remedy() == LinkException.Remedy.DECISION
                        ? new FatalSourceException(fatal.getMessage(), fatal)
                        : new UncheckedIOException(new IOException(fatal.getMessage(), fatal)));
    }

    private synchronized void fail(RuntimeException e) {
        if (failure == null) {
            // What the link says of a refused history comes behind the reason.
            failure = e;
        }
        if (newest != null) {
            newest.spool().wakeUp();
        }
        notifyAll();
    }

    /** The history to read from now on, if it is another than the one that is being read. */
    synchronized Optional<Opened> takeNewest() {
        if (failure != null) {
            throw failure;
        }
        if (newestTaken) {
            return Optional.empty();
        }
        newestTaken = true;
        return Optional.of(newest);
    }

    /** Waits for the first history. */
    synchronized void awaitHistory(long millis) throws InterruptedException {
        if (newestTaken && failure == null && !woken) {
            wait(millis);
        }
        woken = false;
    }

    synchronized void wakeUp() {
        woken = true;
        if (newest != null) {
            newest.spool().wakeUp();
        }
        notifyAll();
    }

    /** A checkpoint that holds this position is complete: it is on the target for good. */
    void checkpointed(Position position) throws IOException {
        ReplicaLink open;
        HistorySpool spool;
        synchronized (this) {
            if (newest == null || !newest.spool().history().equals(position.history())) {
                return;
            }
            open = link;
            spool = newest.spool();
        }
        spool.release(position);
        if (open != null && position.phase() == Phase.STREAM) {
            open.acknowledge(position.history(), position.offset());
        }
    }

    /** Deletes a spool that is read no more. */
    void delete(HistorySpool spool) {
        spools.delete(spool);
    }

    /** All that the shard had is on the target for good: nobody will resume it. */
    void finished() {
        metrics.allApplied();
        closeLink();
        spools.deleteAll();
    }

    /** Leaves the source; what another attempt can go on with stays on the disk. */
    @Override
    public void close() {
        closeLink();
        Optional<HistorySpool> last;
        synchronized (this) {
            last = Optional.ofNullable(newest).map(Opened::spool);
        }
        spools.close(last);
    }

    private void closeLink() {
        ReplicaLink open;
        synchronized (this) {
            open = link;
        }
        if (open != null) {
            open.close();
        }
    }
}

package io.redissync.sink;

import io.redissync.command.Change;
import io.redissync.command.DbCommand;
import io.redissync.command.Marker;
import io.redissync.command.Position;
import io.redissync.connection.RedisError;
import io.redissync.connection.RedisErrorException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that talks to the target: it sends what is there as batches, keeps several in flight
 * on one connection, and settles by the marker whatever did not go as believed.
 */
final class BatchSender implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(BatchSender.class);
    private static final long BACKOFF_MIN_MILLIS = 50;
    private static final long BACKOFF_MAX_MILLIS = 5_000;

    private final SinkSettings settings;
    private final ChangeQueue queue;
    private final SinkMetrics metrics;
    private final String clientName;
    private final MarkerStore markers;
    private final LaneSync sync;
    private final TokenBucket commandRate;
    private final TokenBucket byteRate;

    private final Map<String, LaneState> lanes = new HashMap<>();
    private final ArrayDeque<LaneState> ready = new ArrayDeque<>();
    private final ArrayDeque<Batch> inFlight = new ArrayDeque<>();
    private final List<Change> taken = new ArrayList<>();

    private volatile TargetLink link;

    /** Whether what is sent may have been applied before: with at-least-once, until a flush. */
    private volatile boolean replaying;

    private BatchEncoder encoder;
    private long failingSinceNanos;
    private int failures;

    BatchSender(SinkSettings settings, ChangeQueue queue, SinkMetrics metrics, String clientName) {
        this.settings = settings;
        this.queue = queue;
        this.metrics = metrics;
        this.clientName = clientName;
        this.markers = new MarkerStore(settings);
        this.sync = new LaneSync(settings, markers);
        long now = System.nanoTime();
        this.commandRate = new TokenBucket(settings.limits().commandsPerSecond(), now);
        this.byteRate = new TokenBucket(settings.limits().bytesPerSecond(), now);
    }

    @Override
    public void run() {
        try {
            while (!queue.isClosed()) {
                try {
                    step();
                } catch (TargetLostWritesException e) {
                    throw e;
                } catch (RedisErrorException e) {
                    if (!TargetErrors.passes(e)) {
                        throw new FatalSinkException(
                                e.getMessage()
                                        + ". The target's user needs the commands of the sync and"
                                        + " of its markers; see the limits in the README",
                                e);
                    }
                    backOff(e);
                } catch (IOException e) {
                    backOff(e);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException | Error e) {
            queue.fail(e);
        } finally {
            closeLink();
        }
    }

    /** Ends a blocked read or write, from another thread. */
    void closeLink() {
        TargetLink open = link;
        if (open != null) {
            open.close();
        }
    }

    /** Everything sent so far is confirmed. */
    void flushed() {
        replaying = false;
    }

    private void step() throws IOException, InterruptedException {
        if (link == null) {
            link = TargetLink.open(settings, markers, clientName);
            encoder = new BatchEncoder(markers, settings, link.version());
            replaying = settings.delivery() == Delivery.AT_LEAST_ONCE;
        }
        boolean idle = ready.isEmpty() && inFlight.isEmpty();
        queue.take(taken, idle);
        taken.forEach(this::accept);
        taken.clear();
        boolean windowOpen = inFlight.size() < settings.limits().inFlightBatches();
        if (!(windowOpen && sendNext()) && !inFlight.isEmpty()) {
            readNext();
        }
    }

    private void accept(Change change) {
        LaneState lane =
                lanes.computeIfAbsent(
                        change.shard() + ':' + change.lane(),
                        key -> new LaneState(change.shard(), change.lane()));
        lane.pending.add(change);
        queue(lane);
    }

    private void queue(LaneState lane) {
        if (!lane.queued) {
            lane.queued = true;
            ready.addLast(lane);
        }
    }

    /** Sends a batch of the next lane that can; false: nothing can be sent before more is read. */
    private boolean sendNext() throws IOException, InterruptedException {
        for (int i = ready.size(); i > 0; i--) {
            LaneState lane = ready.removeFirst();
            if (lane.pending.isEmpty()) {
                lane.queued = false;
                continue;
            }
            ready.addLast(lane);
            if (lane.pending.getFirst() instanceof Change.Begin && lane.inFlight == 0) {
                lane.believed = null;
            }
            if (lane.believed == null) {
                if (lane.inFlight == 0 && inFlight.isEmpty()) {
                    queue.release(sync.settle(link.connection(), lane));
                    return true;
                }
                continue;
            }
            List<Change> changes = nextBatch(lane);
            if (!changes.isEmpty()) {
                send(lane, changes);
                return true;
            }
        }
        return false;
    }

    private List<Change> nextBatch(LaneState lane) throws IOException {
        SinkSettings.Limits limits = settings.limits();
        List<Change> changes = new ArrayList<>();
        int commands = 0;
        long bytes = 0;
        while (!lane.pending.isEmpty() && commands < limits.batchCommands()) {
            Change change = lane.pending.getFirst();
            if (change instanceof Change.Begin
                    || (bytes > 0 && bytes + change.sizeInBytes() > limits.batchBytes())
                    || !knowsDbs(change)) {
                break;
            }
            lane.pending.removeFirst();
            changes.add(change);
            bytes += change.sizeInBytes();
            commands +=
                    change instanceof Change.Transaction transaction
                            ? transaction.commands().size()
                            : 1;
        }
        return changes;
    }

    /**
     * Whether every db of the change was tried on this connection; tries it when nothing is on its
     * way.
     */
    private boolean knowsDbs(Change change) throws IOException {
        if (change instanceof Change.Single single) {
            return knowsDb(single.command().db());
        }
        if (change instanceof Change.Entry entry) {
            return knowsDb(entry.db());
        }
        if (change instanceof Change.Transaction transaction) {
            for (DbCommand command : transaction.commands()) {
                if (!knowsDb(command.db())) {
                    return false;
                }
            }
        }
        return true;
    }

    private boolean knowsDb(int db) throws IOException {
        if (link.knowsDb(db)) {
            return true;
        }
        if (!inFlight.isEmpty()) {
            return false;
        }
        link.learnDb(db);
        return true;
    }

    private void send(LaneState lane, List<Change> changes)
            throws IOException, InterruptedException {
        Position end = changes.get(changes.size() - 1).position();
        boolean onlyTicks = changes.stream().allMatch(change -> change instanceof Change.Tick);
        if (onlyTicks && end.equals(lane.believed.position())) {
            changes.forEach(change -> queue.release(change.sizeInBytes()));
            return;
        }
        Marker next =
                new Marker(
                        markers.nextToken(),
                        end,
                        confirmed(lane, end),
                        settings.ordering(),
                        settings.lanes(),
                        lane.believed.exclusive(),
                        settings.instance());
        Batch batch;
        try {
            batch = encoder.encode(lane, changes, next);
        } catch (RuntimeException e) {
            lane.requeue(changes);
            throw e;
        }
        awaitRate(batch);
        inFlight.addLast(batch);
        lane.inFlight++;
        lane.believed = next;
        link.connection().write(encoder.wire().bytes(), 0, encoder.wire().length());
    }

    private static long confirmed(LaneState lane, Position end) {
        Position applied = lane.applied;
        return applied != null && applied.sameHistory(end) && applied.phase() == end.phase()
                ? applied.offset()
                : 0;
    }

    private void awaitRate(Batch batch) throws InterruptedException {
        long now = System.nanoTime();
        long wait = Math.max(commandRate.waitNanos(now), byteRate.waitNanos(now));
        while (wait > 0 && !queue.isClosed()) {
            queue.pause(wait);
            now = System.nanoTime();
            wait = Math.max(commandRate.waitNanos(now), byteRate.waitNanos(now));
        }
        commandRate.take(batch.dataCommands(), now);
        byteRate.take(batch.bytes(), now);
    }

    private void readNext() throws IOException {
        Batch batch = inFlight.getFirst();
        BatchReplies replies = BatchReplies.read(link.connection(), batch, settings.delivery());
        inFlight.removeFirst();
        batch.lane().inFlight--;
        switch (replies.outcome()) {
            case APPLIED -> applied(batch, replies);
            case MISBELIEVED -> {
                metrics.misbelieved();
                giveBack(batch);
            }
            case ABORTED -> {
                giveBack(batch);
                aborted(batch, replies);
            }
            case UNCHECKED -> unchecked(batch, replies.cause());
            default -> throw new IllegalStateException("outcome: " + replies.outcome());
        }
    }

    private void applied(Batch batch, BatchReplies replies) throws IOException {
        if (!replies.refusals().isEmpty()) {
            refused(batch, replies.refusals());
        }
        batch.lane().applied = batch.marker().position();
        failures = 0;
        queue.release(batch.heldBytes());
        metrics.applied(batch);
    }

    /** Batches of the lane behind this one find no marker that they believe: they come back too. */
    private void giveBack(Batch batch) {
        LaneState lane = batch.lane();
        lane.believed = null;
        lane.returned.addAll(batch.changes());
        if (lane.inFlight == 0) {
            lane.requeue(lane.returned);
            lane.returned.clear();
            queue(lane);
        }
    }

    private void aborted(Batch batch, BatchReplies replies) throws IOException {
        if (TargetErrors.passes(replies.cause())) {
            throw new RedisErrorException(
                    "a batch of " + batch.lane(), settings.target(), replies.cause());
        }
        int command = replies.refusals().isEmpty() ? 0 : replies.refusals().get(0).command();
        throw new FatalSinkException(
                "target "
                        + settings.target()
                        + " refused "
                        + batch.describe(command)
                        + " of "
                        + batch.lane()
                        + ": "
                        + replies.cause().message()
                        + ". Nothing of its batch was applied. Make the target accept it (version,"
                        + " ACL) or leave it out by a filter, and start again");
    }

    private void unchecked(Batch batch, RedisError cause) throws IOException {
        markers.rewind(link.connection(), batch.lane(), batch.marker());
        throw new TargetLostWritesException(
                batch.lane()
                        + ": the target applied a batch although its check had failed with '"
                        + cause.message()
                        + "': whether it was applied twice cannot be known, so the marker was"
                        + " set back and a full resync follows");
    }

    private void refused(Batch batch, List<BatchReplies.Refusal> refusals) throws IOException {
        BatchReplies.Refusal refusal = refusals.get(0);
        String what = batch.describe(refusal.command()) + ": " + refusal.error().message();
        metrics.refused(batch.lane().shard, refusals.size());
        if (replaying) {
            // At least once: what is applied a second time may meet what came after it.
            LOG.warn(
                    "{}: refused in a replay, {} in this batch, the first: {}",
                    batch.lane(),
                    refusals.size(),
                    what);
            return;
        }
        markers.rememberRefusal(link.connection(), batch.lane(), what);
        throw new FatalSinkException(
                "target "
                        + settings.target()
                        + " refused a command of "
                        + batch.lane()
                        + ": "
                        + what
                        + ". Its batch is applied without it. Apply what was meant by hand or accept"
                        + " that it is missing, then DEL "
                        + markers.refusedKey(batch.lane().shard, batch.lane().lane)
                        + " on the target and start again");
    }

    /** Gives up the connection, takes back what was on its way and waits before the next try. */
    private void backOff(IOException e) throws IOException, InterruptedException {
        if (queue.isClosed()) {
            return;
        }
        closeLink();
        link = null;
        while (!inFlight.isEmpty()) {
            Batch batch = inFlight.removeFirst();
            batch.lane().inFlight--;
            giveBack(batch);
        }
        lanes.values().forEach(lane -> lane.believed = null);
        long now = System.nanoTime();
        if (failures++ == 0) {
            failingSinceNanos = now;
        }
        metrics.reconnecting();
        if (now - failingSinceNanos > settings.limits().retryTimeout().toNanos()) {
            throw new IOException(
                    "target "
                            + settings.target()
                            + " has failed for longer than sink.retry-timeout ("
                            + settings.limits().retryTimeout().toSeconds()
                            + " s): "
                            + e.getMessage(),
                    e);
        }
        long wait = Math.min(BACKOFF_MAX_MILLIS, BACKOFF_MIN_MILLIS << Math.min(failures - 1, 10));
        LOG.warn("{}; trying again in {} ms", e.getMessage(), wait);
        long until = now + wait * 1_000_000L;
        for (long left = wait * 1_000_000L; left > 0; left = until - System.nanoTime()) {
            if (queue.isClosed()) {
                return;
            }
            queue.pause(left);
        }
    }
}

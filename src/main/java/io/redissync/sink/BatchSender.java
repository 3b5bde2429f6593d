package io.redissync.sink;

import io.redissync.command.Change;
import io.redissync.command.Marker;
import io.redissync.command.Position;
import io.redissync.connection.RedisErrorException;
import io.redissync.sink.BatchEncoder.Guard;
import io.redissync.sink.BatchPicker.Pipe;
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
    private final BatchPicker picker;
    private final LastWords lastWords;
    private final TokenBucket commandRate;
    private final TokenBucket byteRate;

    private final Map<String, LaneState> lanes = new HashMap<>();
    private final ArrayDeque<LaneState> ready = new ArrayDeque<>();
    private final ArrayDeque<Batch> inFlight = new ArrayDeque<>();
    private final List<Change> taken = new ArrayList<>();

    private volatile TargetLink link;

    /** Whether what is sent may have been applied before: with at-least-once, until a flush. */
    private volatile boolean replaying;

    /** Whether a lane needs the connection for itself: else the busy ones would starve it. */
    private boolean draining;

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
        this.picker = new BatchPicker(settings);
        this.lastWords = new LastWords(settings, markers);
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
                                e.getMessage() + ". " + TargetErrors.advice(e.error()), e);
                    }
                    backOff(e);
                } catch (IOException e) {
                    backOff(e);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            queue.fail(new IOException("the sender to the target was interrupted", e));
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
        if (!lastWords.isEmpty()) {
            while (!inFlight.isEmpty()) {
                readNext();
            }
            lastWords.deliver(link.connection());
        }
        boolean idle = ready.isEmpty() && inFlight.isEmpty();
        if (idle) {
            // Everything arrived, be it that the marker said so: what failed before is over.
            failures = 0;
        }
        queue.take(taken, idle);
        taken.forEach(this::accept);
        taken.clear();
        draining &= !inFlight.isEmpty();
        boolean windowOpen = !draining && inFlight.size() < settings.limits().inFlightBatches();
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
                if (inFlight.isEmpty()) {
                    settle(lane);
                    return true;
                }
                if (lane.inFlight > 0) {
                    continue;
                }
                draining = true;
            }
            if (!draining && send(lane, Guard.CHAINED)) {
                return true;
            }
            if (draining) {
                ready.addFirst(ready.removeLast());
                return false;
            }
        }
        return false;
    }

    /** Reads the marker and sends a batch under the WATCH of that: no other may believe it. */
    private void settle(LaneState lane) throws IOException, InterruptedException {
        queue.release(sync.settle(link.connection(), lane));
        if (!send(lane, Guard.WATCHED)) {
            lane.believed = null;
        }
    }

    /** Sends the lane's next batch; false: there is none that can go now. */
    private boolean send(LaneState lane, Guard guard) throws IOException, InterruptedException {
        Pipe pipe = inFlight.isEmpty() ? Pipe.EMPTY : Pipe.BUSY;
        BatchPicker.Picked picked = picker.pick(lane, link, pipe);
        List<Change> changes = picked.changes();
        draining |= picked.stop() == BatchPicker.Stop.UNKNOWN_DB;
        if (changes.isEmpty()) {
            return false;
        }
        Position end = changes.get(changes.size() - 1).position();
        boolean onlyTicks = changes.stream().allMatch(change -> change instanceof Change.Tick);
        if (onlyTicks && end.equals(lane.believed.position())) {
            changes.forEach(change -> queue.release(change.sizeInBytes()));
            return guard == Guard.CHAINED;
        }
        boolean swaps = settings.delivery() == Delivery.EXACTLY_ONCE;
        Marker next =
                new Marker(
                        swaps ? markers.nextToken() : lane.believed.token(),
                        swaps || onlyTicks ? end : lane.applied,
                        confirmed(lane, end),
                        settings.ordering(),
                        settings.lanes(),
                        lane.believed.exclusive(),
                        settings.instance());
        Batch batch;
        try {
            batch = encoder.encode(lane, changes, next, swaps ? guard : Guard.NONE);
        } catch (RuntimeException e) {
            lane.requeue(changes);
            throw e;
        }
        awaitRate(batch);
        inFlight.addLast(batch);
        lane.inFlight++;
        lane.believed = next;
        link.connection().write(encoder.wire().bytes(), 0, encoder.wire().length());
        return true;
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
        BatchReplies replies = BatchReplies.read(link.connection(), batch);
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
            case UNCHECKED -> lastWords.unchecked(batch, replies.cause().message());
            default -> throw new IllegalStateException("outcome: " + replies.outcome());
        }
    }

    private void applied(Batch batch, BatchReplies replies) {
        batch.lane().applied = batch.end();
        batch.lane().marked = batch.marker().position();
        failures = 0;
        metrics.applied(batch);
        if (!replies.refusals().isEmpty()) {
            refused(batch, replies.refusals());
        }
        if (lastWords.isEmpty()) {
            // Else a flush must not pass: the sender is about to fail.
            queue.release(batch.heldBytes());
        }
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
        if (!lastWords.isEmpty()) {
            return; // What failed first is said first.
        }
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

    private void refused(Batch batch, List<BatchReplies.Refusal> refusals) {
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
        lastWords.refused(batch.lane(), what);
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

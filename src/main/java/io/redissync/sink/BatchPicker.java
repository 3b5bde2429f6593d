package io.redissync.sink;

import io.redissync.command.Change;
import io.redissync.command.DbCommand;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Takes from a lane what goes into its next batch: within the limits, and only into known dbs. */
final class BatchPicker {

    /** Whether batches are on their way on the connection. */
    enum Pipe {
        EMPTY,
        BUSY
    }

    /**
     * What was taken.
     *
     * @param changes in the lane's order; empty: nothing can go now
     * @param stop why no more was taken
     */
    record Picked(List<Change> changes, Stop stop) {}

    /** Why a batch ends where it ends. */
    enum Stop {
        /** It is full, or there is no more that belongs into it. */
        COMPLETE,
        /** The next change is for a db that has to be tried first, with nothing on its way. */
        UNKNOWN_DB
    }

    private final SinkSettings settings;

    BatchPicker(SinkSettings settings) {
        this.settings = settings;
    }

    /**
     * Takes changes; a db that was not tried on this connection is tried when the pipe is empty.
     *
     * @throws IOException when that fails; then nothing was taken
     */
    Picked pick(LaneState lane, TargetLink link, Pipe pipe) throws IOException {
        SinkSettings.Limits limits = settings.limits();
        List<Change> changes = new ArrayList<>();
        Stop stop = Stop.COMPLETE;
        int commands = 0;
        long bytes = 0;
        for (Change change : lane.pending) {
            if (change instanceof Change.Begin
                    || commands >= limits.batchCommands()
                    || (bytes > 0 && bytes + change.sizeInBytes() > limits.batchBytes())
                    || splitsMarker(lane, changes, change)) {
                break;
            }
            if (!knowsDbs(change, link, pipe)) {
                stop = Stop.UNKNOWN_DB;
                break;
            }
            changes.add(change);
            bytes += change.sizeInBytes();
            commands +=
                    change instanceof Change.Transaction transaction
                            ? transaction.commands().size()
                            : 1;
        }
        for (int i = 0; i < changes.size(); i++) {
            lane.pending.removeFirst();
        }
        return new Picked(changes, stop);
    }

    /**
     * Without a transaction a batch can be applied in part, so its marker says only what was
     * confirmed before; ticks write their own position when nothing else is on its way.
     */
    private boolean splitsMarker(LaneState lane, List<Change> batch, Change next) {
        if (settings.delivery() == Delivery.EXACTLY_ONCE) {
            return false;
        }
        return batch.isEmpty()
                ? next instanceof Change.Tick && lane.inFlight > 0
                : batch.get(0) instanceof Change.Tick != next instanceof Change.Tick;
    }

    private static boolean knowsDbs(Change change, TargetLink link, Pipe pipe) throws IOException {
        if (change instanceof Change.Single single) {
            return knowsDbs(single.command(), link, pipe);
        }
        if (change instanceof Change.Entry entry) {
            return knowsDb(entry.db(), link, pipe);
        }
        if (change instanceof Change.Transaction transaction) {
            for (DbCommand command : transaction.commands()) {
                if (!knowsDbs(command, link, pipe)) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean knowsDbs(DbCommand command, TargetLink link, Pipe pipe)
            throws IOException {
        for (int db : BatchEncoder.dbsOf(command)) {
            if (!knowsDb(db, link, pipe)) {
                return false;
            }
        }
        return true;
    }

    private static boolean knowsDb(int db, TargetLink link, Pipe pipe) throws IOException {
        if (link.knowsDb(db)) {
            return true;
        }
        if (pipe == Pipe.BUSY) {
            return false;
        }
        link.learnDb(db);
        return true;
    }
}

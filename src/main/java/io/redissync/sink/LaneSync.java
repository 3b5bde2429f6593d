package io.redissync.sink;

import io.redissync.command.Change;
import io.redissync.command.Marker;
import io.redissync.command.Phase;
import io.redissync.command.Position;
import io.redissync.connection.RedisConnection;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a lane's belief agree with the target's marker: after a start, a reconnect, a lost answer
 * or a batch that was not applied, and where a new history begins. What the marker covers is
 * dropped.
 */
final class LaneSync {

    private static final Logger LOG = LoggerFactory.getLogger(LaneSync.class);

    private final SinkSettings settings;
    private final MarkerStore markers;

    LaneSync(SinkSettings settings, MarkerStore markers) {
        this.settings = settings;
        this.markers = markers;
    }

    /**
     * Reads the marker and decides; the lane has pending changes and nothing in flight. The WATCH
     * of the reading is left for the lane's next batch.
     *
     * @return bytes of the changes that were dropped because the marker covers them
     * @throws TargetLostWritesException when the source has to go back
     * @throws FatalSinkException when somebody has to decide
     */
    long settle(RedisConnection connection, LaneState lane) throws IOException {
        Optional<Marker> found = markers.readWatched(connection, lane);
        Change next = lane.pending.getFirst();
        while (found.isEmpty() || !found.get().position().sameHistory(next.position())) {
            Change.Begin begin = beginOf(lane, next, found);
            if (found.isEmpty()) {
                markers.create(connection, lane, begin);
            } else {
                markers.takeOver(connection, lane, begin, found.get());
            }
            lane.applied = null;
            lane.marked = null;
            found = markers.readWatched(connection, lane);
            LOG.info(
                    "{}: history {} begins at the target (offset {})",
                    lane,
                    begin.position().history(),
                    begin.position().offset());
        }
        return adopt(lane, found.get());
    }

    /** The beginning that allows a marker to be made or replaced, if that is what comes next. */
    private Change.Begin beginOf(LaneState lane, Change next, Optional<Marker> found)
            throws TargetLostWritesException {
        boolean theirsIsNewer =
                found.isPresent()
                        && found.get().position().history().epoch()
                                >= next.position().history().epoch();
        if (theirsIsNewer) {
            Position theirs = found.get().position();
            boolean ofThisJob = found.get().instance().equals(settings.instance());
            boolean isComplete = theirs.phase() == Phase.STREAM;
            if (ofThisJob || (isComplete && !(next instanceof Change.Begin))) {
                // A complete history: after a restart this job goes on from there. One of this
                // submission: an attempt that was thought dead made it; a restart goes above it.
                throw new TargetLostWritesException(
                        lane
                                + ": the target's marker belongs to another history ("
                                + theirs
                                + "); going back to it");
            }
            throw new FatalSinkException(
                    lane
                            + ": another copy of sync '"
                            + settings.syncName()
                            + "' took over the target (its "
                            + theirs
                            + ", this job's "
                            + next.position()
                            + "). Stop one of the two, or give it another sync.name");
        }
        if (next instanceof Change.Begin begin) {
            return begin;
        }
        throw new TargetLostWritesException(
                lane
                        + ": the target has "
                        + found.map(m -> "gone back to " + m.position()).orElse("no marker")
                        + " where this job is at "
                        + next.position()
                        + ": it was flushed, restored or failed over; the source goes back");
    }

    private long adopt(LaneState lane, Marker marker) throws TargetLostWritesException {
        Position at = marker.position();
        if (lane.marked != null && lane.marked.sameHistory(at) && lane.marked.isAfter(at)) {
            throw new TargetLostWritesException(
                    lane
                            + ": the target's marker is at "
                            + at
                            + ", behind what it had confirmed ("
                            + lane.marked
                            + "): it lost writes; the source goes back");
        }
        // The first change after a start is a tick at the place from which the source resumed:
        // what lies between an older marker and that place would be missing.
        Change first = lane.pending.getFirst();
        if (lane.applied == null && first instanceof Change.Tick && first.position().isAfter(at)) {
            throw new TargetLostWritesException(
                    lane
                            + ": the target's marker is at "
                            + at
                            + ", before the place from which the source resumed ("
                            + first.position()
                            + "); the source goes back");
        }
        long looked = lane.applied == null ? marker.confirmed() : lane.applied.offset();
        if (looked < at.offset() && (lane.applied == null || lane.applied.phase() == at.phase())) {
            // After every crash or cancel, so no warning: a refusal there is unlikely.
            LOG.info(
                    "{}: unverified: the replies of what was applied between offset {} and {} were"
                            + " never read; a command refused there would not be known",
                    lane,
                    looked,
                    at.offset());
        }
        long dropped = 0;
        int changes = 0;
        while (!lane.pending.isEmpty()
                && lane.pending.getFirst().position().sameHistory(at)
                && !lane.pending.getFirst().position().isAfter(at)) {
            dropped += lane.pending.removeFirst().sizeInBytes();
            changes++;
        }
        if (changes > 1) {
            LOG.info("{}: {} changes are on the target already ({})", lane, changes, at);
        }
        lane.believed = marker;
        lane.marked = at;
        if (lane.applied == null || !lane.applied.sameHistory(at) || at.isAfter(lane.applied)) {
            lane.applied = at;
        }
        return dropped;
    }
}

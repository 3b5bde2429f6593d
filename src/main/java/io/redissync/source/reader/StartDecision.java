package io.redissync.source.reader;

import io.redissync.command.Marker;
import io.redissync.command.Phase;
import io.redissync.command.Position;
import io.redissync.source.SyncMode;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/**
 * Decides where a shard begins, from what Flink's checkpoint, the target's marker and the spool
 * say: the table in {@code docs/recovery.md}. The marker is the truth.
 */
final class StartDecision {

    /** Where to begin. */
    sealed interface Start {

        /** Continue after this position; the lane is the one that its marker is in. */
        record Resume(int lane, Position position, String why) implements Start {}

        /** Ask for a full resync; the history that it makes gets this epoch. */
        record FullResync(int lane, int epoch, String why) implements Start {}

        /** There is nothing left to do. */
        record Complete(int lane, Position position) implements Start {}

        /** Somebody has to decide. */
        record Refused(String why) implements Start {}
    }

    /** What earlier attempts left on this host. */
    @FunctionalInterface
    interface Spooled {

        /** Whether the whole snapshot of the position's history is there, and right. */
        boolean wholeSnapshot(Position position) throws IOException;
    }

    private final String instance;
    private final Spooled spooled;
    private final SyncMode mode;
    private final String ordering;
    private final int lanes;

    StartDecision(String instance, SyncMode mode, String ordering, int lanes, Spooled spooled) {
        this.instance = instance;
        this.spooled = spooled;
        this.mode = mode;
        this.ordering = ordering;
        this.lanes = lanes;
    }

    /**
     * @param lane the lane that the shard has in Flink
     * @param checkpoint where the restored checkpoint left the shard
     * @param markers the shard's markers on the target, by lane
     * @throws IOException when the spool cannot be read
     */
    Start decide(int lane, Optional<Position> checkpoint, Map<Integer, Marker> markers)
            throws IOException {
        if (markers.isEmpty()) {
            return withoutMarker(lane, checkpoint);
        }
        if (markers.size() > 1) {
            return new Start.Refused(
                    "the target has its markers in lanes "
                            + markers.keySet()
                            + " (expected: one lane): they are another ordering's");
        }
        int markerLane = markers.keySet().iterator().next();
        Marker marker = markers.get(markerLane);
        if (!marker.ordering().equals(ordering) || marker.lanes() != lanes) {
            return new Start.Refused(
                    "the target's marker was written with ordering "
                            + marker.ordering()
                            + " and "
                            + marker.lanes()
                            + " lanes (expected: "
                            + ordering
                            + " and "
                            + lanes
                            + "): start with those, or use a new sync.name and an empty target");
        }
        if (checkpoint.isPresent()) {
            if (markerLane != lane) {
                return new Start.Refused(
                        "the target's marker is in lane "
                                + markerLane
                                + ", the checkpoint's in lane "
                                + lane
                                + ": the checkpoint belongs to another sync");
            }
            return withBoth(lane, checkpoint.get(), marker);
        }
        return withMarker(markerLane, marker, marker.position().history().epoch());
    }

    private Start withoutMarker(int lane, Optional<Position> checkpoint) {
        if (checkpoint.isEmpty()) {
            return new Start.FullResync(lane, 1, "the target has no marker of this shard");
        }
        if (mode == SyncMode.STREAM) {
            return new Start.Refused(
                    "the target has lost its marker ("
                            + checkpoint.get()
                            + " was checkpointed) and sync.mode: stream has no snapshot to bring"
                            + " back what was lost with it: restore the target from a backup, or"
                            + " begin anew without the savepoint");
        }
        return new Start.FullResync(
                lane,
                checkpoint.get().history().epoch() + 1,
                "the target has lost its marker: it was flushed or restored");
    }

    private Start withMarker(int lane, Marker marker, int epoch) throws IOException {
        Position at = marker.position();
        if (mode == SyncMode.FULL) {
            if (!marker.instance().equals(instance)) {
                return resync(lane, epoch, "sync.mode: full asks for a new copy");
            }
            if (at.phase() == Phase.STREAM) {
                return new Start.Complete(lane, at);
            }
        }
        return resumeAt(lane, at, epoch, "the target's marker");
    }

    /**
     * The marker decides here too, also where it is ahead: nothing in Flink needs what lies between
     * again, and a source that failed over in between and lost writes would be asked for the wrong
     * place, where it can continue with other bytes than those that the target has.
     */
    private Start withBoth(int lane, Position checkpoint, Marker marker) throws IOException {
        Position at = marker.position();
        int epoch = Math.max(checkpoint.history().epoch(), at.history().epoch());
        boolean sameHistory = at.sameHistory(checkpoint);
        if (mode == SyncMode.FULL && sameHistory && at.phase() == Phase.STREAM) {
            return new Start.Complete(lane, at);
        }
        if (mode == SyncMode.FULL && !sameHistory) {
            return withMarker(lane, marker, epoch);
        }
        return resumeAt(
                lane,
                at,
                epoch,
                sameHistory ? "the target's marker" : "the target's marker, of another history");
    }

    private Start resumeAt(int lane, Position position, int epoch, String why) throws IOException {
        if (position.phase() == Phase.STREAM) {
            return new Start.Resume(lane, position, why);
        }
        if (mode == SyncMode.STREAM) {
            // Going on from now would leave a gap behind which every later start looks complete.
            return new Start.Refused(
                    "the target holds an unfinished snapshot (history "
                            + position.history()
                            + "), which sync.mode: stream cannot finish: use sync.mode:"
                            + " full+stream, or a new sync.name with target.existing-data:"
                            + " overwrite to leave it as it is");
        }
        if (spooled.wholeSnapshot(position)) {
            return new Start.Resume(lane, position, why);
        }
        return resync(
                lane,
                epoch,
                "the snapshot of history "
                        + position.history()
                        + " was not finished, and the spool here does not hold the whole of it");
    }

    private static Start resync(int lane, int epoch, String why) {
        return new Start.FullResync(lane, epoch + 1, why);
    }
}

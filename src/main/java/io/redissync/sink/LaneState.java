package io.redissync.sink;

import io.redissync.command.Change;
import io.redissync.command.Marker;
import io.redissync.command.Position;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** What the sender knows of one lane of one shard: what is to be sent and what it believes. */
final class LaneState {

    final String shard;
    final int lane;

    /** Changes accepted and not sent. */
    final ArrayDeque<Change> pending = new ArrayDeque<>();

    /** The marker as the last batch sent leaves it; null: has to be read. */
    Marker believed;

    /** The furthest position known to be applied by this writer; null: nothing yet. */
    Position applied;

    /** The furthest marker known to be on the target; with at-least-once behind what is applied. */
    Position marked;

    int inFlight;

    /** Whether it stands in the sender's queue of lanes with something to send. */
    boolean queued;

    /** Changes of batches that were not applied, until the last of the lane's batches is back. */
    final List<Change> returned = new ArrayList<>();

    LaneState(String shard, int lane) {
        this.shard = shard;
        this.lane = lane;
    }

    /** Puts changes of a batch that was not applied back in front, in their order. */
    void requeue(List<Change> changes) {
        for (int i = changes.size() - 1; i >= 0; i--) {
            pending.addFirst(changes.get(i));
        }
    }

    @Override
    public String toString() {
        return "shard " + shard + ", lane " + lane;
    }
}

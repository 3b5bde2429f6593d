package io.redissync.source.split;

import io.redissync.command.Change;
import io.redissync.command.Position;

/** The position of a shard while it is read; moves only after a change was emitted. */
public final class ShardSplitState {

    private final String shard;
    private int lane;
    private Position position;

    public ShardSplitState(ShardSplit split) {
        this.shard = split.shard();
        this.lane = split.lane();
        this.position = split.checkpointed();
    }

    /** The change was handed on: everything up to its end is in Flink's care. */
    public void emitted(Change change) {
        lane = change.lane();
        position = change.position();
    }

    public Position position() {
        return position;
    }

    public ShardSplit toSplit() {
        return new ShardSplit(shard, lane, position);
    }
}

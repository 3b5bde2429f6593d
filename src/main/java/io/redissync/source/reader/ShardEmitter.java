package io.redissync.source.reader;

import io.redissync.command.Change;
import io.redissync.source.split.ShardSplitState;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.connector.base.source.reader.RecordEmitter;

/** Emits a change and only then moves the shard's position. */
final class ShardEmitter implements RecordEmitter<Change, Change, ShardSplitState> {

    @Override
    public void emitRecord(Change change, SourceOutput<Change> output, ShardSplitState state) {
        output.collect(change);
        state.emitted(change);
    }
}

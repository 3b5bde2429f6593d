package io.redissync.operator;

import io.redissync.command.Change;
import io.redissync.command.Position;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Chained behind the source: hands every change on in its lane, and sends each lane its shard's
 * position before a checkpoint barrier and at the end of the input.
 *
 * <p>For ordering {@code shard}: a shard has one lane, which the source gave it. Ticks of the
 * source only move the remembered position and go no further, but for two: the first after a start
 * tells the writer from where the source goes on, and the one behind the snapshot lets the marker
 * say at once that the snapshot is applied.
 *
 * <p>A tick is left out when nothing came from the shard since the last tick: that one went the
 * same way before an earlier barrier, with the same position, and a writer that has not written it
 * keeps it until its next flush, which is at the latest that of the coming barrier. It is not left
 * out because changes went the same way: the filter may have dropped them all. Nothing is
 * remembered across a restart, for the markers then hold the checkpoint's position or the writer
 * reports that the target lost writes.
 *
 * <p>Use as {@code transform(name, ChangeTypeInfo.INSTANCE, new LaneRouter())}, which Flink chains
 * to the source by default.
 */
public final class LaneRouter extends AbstractStreamOperator<Change>
        implements OneInputStreamOperator<Change, Change>, BoundedOneInput {

    private static final long serialVersionUID = 1L;

    private transient Map<String, Reached> reached;

    /** How far a shard got, and whether its lane has been told. */
    private static final class Reached {
        int lane;
        Position position;
        boolean told;
    }

    @Override
    public void open() throws Exception {
        super.open();
        reached = new LinkedHashMap<>();
    }

    @Override
    public void processElement(StreamRecord<Change> element) {
        Change change = element.getValue();
        Reached shard = reached.get(change.shard());
        boolean isNews = shard == null || shard.position.phase() != change.position().phase();
        if (shard == null) {
            shard = new Reached();
            reached.put(change.shard(), shard);
        }
        shard.lane = change.lane();
        shard.position = change.position();
        shard.told = false;
        if (isNews || !(change instanceof Change.Tick)) {
            output.collect(element);
        }
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) {
        emitTicks();
    }

    @Override
    public void endInput() {
        emitTicks();
    }

    private void emitTicks() {
        reached.forEach(
                (id, shard) -> {
                    if (!shard.told) {
                        output.collect(
                                new StreamRecord<>(
                                        new Change.Tick(id, shard.lane, shard.position)));
                        shard.told = true;
                    }
                });
    }
}

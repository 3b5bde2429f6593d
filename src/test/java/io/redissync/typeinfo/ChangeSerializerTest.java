package io.redissync.typeinfo;

import io.redissync.command.Change;
import org.apache.flink.api.common.typeutils.SerializerTestBase;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/** Flink's own contract of a serialiser: round trips, copies, duplicates, threads, snapshots. */
class ChangeSerializerTest extends SerializerTestBase<Change> {

    @Override
    protected TypeSerializer<Change> createSerializer() {
        return new ChangeSerializer();
    }

    @Override
    protected int getLength() {
        return -1;
    }

    @Override
    protected Class<Change> getTypeClass() {
        return Change.class;
    }

    @Override
    protected Change[] getTestData() {
        return Changes.ofEveryKind();
    }
}

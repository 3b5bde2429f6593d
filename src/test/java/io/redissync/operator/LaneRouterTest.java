package io.redissync.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.redissync.command.Change;
import io.redissync.command.Phase;
import io.redissync.command.Position;
import io.redissync.typeinfo.ChangeSerializer;
import io.redissync.typeinfo.ChangeTypeInfo;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LaneRouterTest {

    private static final Change FIRST = Given.single("a", 3, 10, "INCR n");
    private static final Change SECOND = Given.single("b", 7, 20, "INCR n");

    private OneInputStreamOperatorTestHarness<Change, Change> harness;

    @BeforeEach
    void open() throws Exception {
        harness = new OneInputStreamOperatorTestHarness<>(new LaneRouter(), new ChangeSerializer());
        harness.setup(ChangeTypeInfo.INSTANCE.createSerializer(new SerializerConfigImpl()));
        harness.open();
    }

    @AfterEach
    void close() throws Exception {
        harness.close();
    }

    @Test
    void handsChangesOnAndSwallowsTicks() throws Exception {
        harness.processElement(FIRST, 0);
        harness.processElement(Given.tick("a", 3, 15), 0);
        harness.processElement(SECOND, 0);

        assertThat(harness.extractOutputValues()).containsExactly(FIRST, SECOND);
    }

    @Test
    void tellsAtOnceFromWhereAStartGoesOnAndThatTheSnapshotIsOver() throws Exception {
        Position stream = Given.tick("a", 3, 15).position();
        Position snapshot = new Position(stream.history(), stream.replid(), Phase.SNAPSHOT, 100, 0);
        Change.Tick start = new Change.Tick("a", 3, snapshot);
        Change.Tick end = new Change.Tick("a", 3, stream);

        harness.processElement(start, 0);
        harness.processElement(new Change.Tick("a", 3, snapshot.advancedTo(200, 0)), 0);
        harness.processElement(end, 0);
        harness.processElement(Given.tick("a", 3, 16), 0);

        assertThat(harness.extractOutputValues()).containsExactly(start, end);
    }

    @Test
    void tellsEveryLaneItsPositionBeforeABarrier() throws Exception {
        harness.processElement(FIRST, 0);
        harness.processElement(SECOND, 0);
        harness.processElement(Given.tick("a", 3, 15), 0);
        harness.prepareSnapshotPreBarrier(1);

        assertThat(harness.extractOutputValues())
                .containsExactly(FIRST, SECOND, Given.tick("a", 3, 15), Given.tick("b", 7, 20));
    }

    @Test
    void tellsAPositionOnceAndANewOneAgain() throws Exception {
        harness.prepareSnapshotPreBarrier(1);
        harness.processElement(FIRST, 0);
        harness.prepareSnapshotPreBarrier(2);
        harness.prepareSnapshotPreBarrier(3);
        harness.processElement(Given.tick("a", 3, 15), 0);
        harness.prepareSnapshotPreBarrier(4);

        assertThat(harness.extractOutputValues())
                .containsExactly(FIRST, Given.tick("a", 3, 10), Given.tick("a", 3, 15));
    }

    @Test
    void tellsThePositionAtTheEndOfTheInput() throws Exception {
        harness.processElement(FIRST, 0);
        harness.endInput();

        assertThat(harness.extractOutputValues()).containsExactly(FIRST, Given.tick("a", 3, 10));
    }
}

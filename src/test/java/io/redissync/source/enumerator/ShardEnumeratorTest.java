package io.redissync.source.enumerator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.redissync.command.Lanes;
import io.redissync.connection.ConnectionSettings;
import io.redissync.connection.Shard;
import io.redissync.protocol.psync.AckMode;
import io.redissync.source.FatalSourceException;
import io.redissync.source.FullSyncEvents;
import io.redissync.source.SourceSettings;
import io.redissync.source.StartCheck;
import io.redissync.source.SyncMode;
import io.redissync.source.split.ShardSplit;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.flink.api.connector.source.ReaderInfo;
import org.apache.flink.api.connector.source.mocks.MockSplitEnumeratorContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The enumerator in Flink's own testing context. */
class ShardEnumeratorTest {

    private static final int LANES = 128;
    private static final StartCheck PASSES = () -> {};

    private final List<MockSplitEnumeratorContext<ShardSplit>> contexts = new ArrayList<>();

    @AfterEach
    void closeContexts() throws Exception {
        for (MockSplitEnumeratorContext<ShardSplit> context : contexts) {
            context.close();
        }
    }

    private MockSplitEnumeratorContext<ShardSplit> context(int parallelism) {
        MockSplitEnumeratorContext<ShardSplit> context =
                new MockSplitEnumeratorContext<>(parallelism);
        contexts.add(context);
        return context;
    }

    private static SourceSettings settings(
            String name, SyncMode mode, int maxFullSyncs, StartCheck check, String... shards) {
        return new SourceSettings(
                name,
                "0123456789abcdef",
                mode,
                Stream.of(shards).map(text -> Shard.parse(text, "?")).toList(),
                ConnectionSettings.plain(),
                "PSYNC",
                AckMode.CHECKPOINTED,
                "shard",
                LANES,
                null,
                1 << 30,
                1 << 20,
                maxFullSyncs,
                shard -> Map.of(),
                check);
    }

    private static SourceSettings settings(String... shards) {
        return settings("default", SyncMode.FULL_AND_STREAM, 0, PASSES, shards);
    }

    private static void register(
            ShardEnumerator enumerator,
            MockSplitEnumeratorContext<ShardSplit> context,
            int subtask) {
        context.registerReader(new ReaderInfo(subtask, "here"));
        enumerator.addReader(subtask);
    }

    /** Splits by shard as they were given out, and to whom. */
    private static Map<String, Integer> readers(MockSplitEnumeratorContext<ShardSplit> context) {
        Map<String, Integer> readers = new HashMap<>();
        context.getSplitsAssignmentSequence()
                .forEach(
                        assignment ->
                                assignment
                                        .assignment()
                                        .forEach(
                                                (reader, splits) ->
                                                        splits.forEach(
                                                                split ->
                                                                        assertThat(
                                                                                        readers.put(
                                                                                                split
                                                                                                        .shard(),
                                                                                                reader))
                                                                                .isNull())));
        return readers;
    }

    @Test
    void assignsEveryShardOnceAfterTheStartCheck() throws Throwable {
        MockSplitEnumeratorContext<ShardSplit> context = context(2);
        AtomicInteger checks = new AtomicInteger();
        ShardEnumerator enumerator =
                new ShardEnumerator(
                        settings(
                                "default",
                                SyncMode.FULL_AND_STREAM,
                                0,
                                checks::incrementAndGet,
                                "a@h:1",
                                "b@h:2",
                                "c@h:3"),
                        context);
        enumerator.start();
        register(enumerator, context, 0);
        register(enumerator, context, 1);
        assertThat(readers(context)).as("before the check").isEmpty();

        context.runNextOneTimeCallable();

        assertThat(checks).hasValue(1);
        assertThat(readers(context)).isEqualTo(Map.of("a", 0, "b", 1, "c", 0));
        assertThat(enumerator.snapshotState(1).unassigned()).isEmpty();
        assertThat(enumerator.snapshotState(1).known()).containsExactly("a", "b", "c");
    }

    @Test
    void aStartCheckThatFailsFailsTheJobWithItsMessageAndAssignsNothing() {
        MockSplitEnumeratorContext<ShardSplit> context = context(1);
        ShardEnumerator enumerator =
                new ShardEnumerator(
                        settings(
                                "default",
                                SyncMode.FULL_AND_STREAM,
                                0,
                                () -> {
                                    throw new IOException("target h:9 is a replica");
                                },
                                "a@h:1"),
                        context);
        enumerator.start();
        register(enumerator, context, 0);

        assertThatThrownBy(context::runNextOneTimeCallable)
                .hasRootCauseInstanceOf(IOException.class)
                .satisfies(
                        thrown ->
                                assertThat(chain(thrown))
                                        .hasAtLeastOneElementOfType(FatalSourceException.class)
                                        .anySatisfy(
                                                each ->
                                                        assertThat(each)
                                                                .isInstanceOf(
                                                                        FatalSourceException.class)
                                                                .hasMessage(
                                                                        "target h:9 is a"
                                                                                + " replica")));
        assertThat(readers(context)).isEmpty();
    }

    private static List<Throwable> chain(Throwable thrown) {
        return Stream.iterate(thrown, each -> each != null, Throwable::getCause).toList();
    }

    @Test
    void aRestoredSyncIsNotCheckedAgain() {
        MockSplitEnumeratorContext<ShardSplit> context = context(1);
        StartCheck neverPasses =
                () -> {
                    throw new IOException("the target is not empty");
                };
        ShardEnumerator enumerator =
                new ShardEnumerator(
                        settings("default", SyncMode.FULL_AND_STREAM, 0, neverPasses, "a@h:1"),
                        context,
                        new EnumeratorState(
                                "default", List.of("a"), List.of(new ShardSplit("a", 0, null))));
        enumerator.start();
        register(enumerator, context, 0);

        assertThat(context.getOneTimeCallables()).isEmpty();
        assertThat(readers(context)).isEqualTo(Map.of("a", 0));
    }

    @Test
    void stateOfAnotherSyncIsRefused() {
        EnumeratorState state = new EnumeratorState("eu", List.of("a"), List.of());

        assertThatThrownBy(
                        () ->
                                new ShardEnumerator(
                                        settings(
                                                "us", SyncMode.FULL_AND_STREAM, 0, PASSES, "a@h:1"),
                                        context(1),
                                        state))
                .isInstanceOf(FatalSourceException.class)
                .hasMessageContaining("'eu'")
                .hasMessageContaining("'us'")
                .hasMessageContaining("sync.name: eu");
    }

    @Test
    void stateOfAShardThatIsNoLongerConfiguredIsRefused() {
        EnumeratorState state = new EnumeratorState("default", List.of("a", "gone"), List.of());

        assertThatThrownBy(() -> new ShardEnumerator(settings("a@h:1", "b@h:2"), context(1), state))
                .isInstanceOf(FatalSourceException.class)
                .hasMessageContaining("'gone'")
                .hasMessageContaining("gone@host:port");
    }

    @Test
    void aNewShardGetsALaneAndMovesNoOther() {
        MockSplitEnumeratorContext<ShardSplit> before = context(1);
        ShardEnumerator first = new ShardEnumerator(settings("a@h:1", "b@h:2"), before);
        Map<String, Integer> lanes = lanes(first.snapshotState(1).unassigned());
        assertThat(lanes).isEqualTo(Map.of("a", 0, "b", 64));

        // As restored: both splits in the state, one more master behind them, another in front.
        ShardEnumerator second =
                new ShardEnumerator(
                        settings("c@h:3", "a@h:1", "b@h:2", "d@h:4"),
                        context(1),
                        first.snapshotState(1));
        Map<String, Integer> after = lanes(second.snapshotState(2).unassigned());

        assertThat(after).containsAllEntriesOf(lanes);
        assertThat(after)
                .containsEntry("c", Lanes.homeLane(0, 4, LANES))
                .containsEntry("d", Lanes.homeLane(3, 4, LANES));
        assertThat(second.snapshotState(2).known()).containsExactlyInAnyOrder("a", "b", "c", "d");
    }

    private static Map<String, Integer> lanes(List<ShardSplit> splits) {
        Map<String, Integer> lanes = new HashMap<>();
        splits.forEach(split -> assertThat(lanes.put(split.shard(), split.lane())).isNull());
        return lanes;
    }

    @Test
    void theAddressOfAKnownShardMayChange() {
        MockSplitEnumeratorContext<ShardSplit> context = context(1);
        ShardSplit kept = new ShardSplit("a", 77, null);
        ShardEnumerator enumerator =
                new ShardEnumerator(
                        settings("a@elsewhere:7000"),
                        context,
                        new EnumeratorState("default", List.of("a"), List.of(kept)));

        assertThat(enumerator.snapshotState(1).unassigned()).containsExactly(kept);
    }

    @Test
    void aSplitThatComesBackWaitsForItsReader() {
        MockSplitEnumeratorContext<ShardSplit> context = context(2);
        ShardEnumerator enumerator =
                new ShardEnumerator(
                        settings("a@h:1", "b@h:2"),
                        context,
                        new EnumeratorState("default", List.of("a", "b"), List.of()));
        enumerator.start();
        ShardSplit back = new ShardSplit("b", 64, null);

        enumerator.addSplitsBack(List.of(back), 1);
        register(enumerator, context, 0);
        assertThat(readers(context)).isEmpty();
        assertThat(enumerator.snapshotState(1).unassigned()).containsExactly(back);

        register(enumerator, context, 1);
        assertThat(readers(context)).isEqualTo(Map.of("b", 1));
    }

    @Test
    void onlyAFullCopyTellsReadersThatNoMoreComes() throws Throwable {
        for (SyncMode mode : SyncMode.values()) {
            MockSplitEnumeratorContext<ShardSplit> context = context(2);
            ShardEnumerator enumerator =
                    new ShardEnumerator(
                            settings("default", mode, 0, PASSES, "a@h:1", "b@h:2"), context);
            enumerator.start();
            register(enumerator, context, 0);
            context.runNextOneTimeCallable();

            assertThat(context.hasNoMoreSplits(0)).as("%s", mode).isEqualTo(mode == SyncMode.FULL);
            assertThat(context.hasNoMoreSplits(1)).as("%s, reader to come", mode).isFalse();
            register(enumerator, context, 1);
            assertThat(context.hasNoMoreSplits(1)).as("%s", mode).isEqualTo(mode == SyncMode.FULL);
        }
    }

    @Test
    void fullResyncsAreGrantedOneAfterTheOther() throws Throwable {
        MockSplitEnumeratorContext<ShardSplit> context = context(2);
        ShardEnumerator enumerator =
                new ShardEnumerator(
                        settings("default", SyncMode.FULL_AND_STREAM, 1, PASSES, "a@h:1", "b@h:2"),
                        context);
        enumerator.start();
        register(enumerator, context, 0);
        register(enumerator, context, 1);
        context.runNextOneTimeCallable();

        enumerator.handleSourceEvent(0, new FullSyncEvents.Request("a"));
        enumerator.handleSourceEvent(1, new FullSyncEvents.Request("b"));
        assertThat(context.getSentSourceEvent())
                .isEqualTo(Map.of(0, List.of(new FullSyncEvents.Grant("a"))));

        enumerator.handleSourceEvent(0, new FullSyncEvents.Release("a"));
        assertThat(context.getSentSourceEvent())
                .containsEntry(1, List.of(new FullSyncEvents.Grant("b")));
    }

    @Test
    void aReaderThatFailsGivesItsTurnToTheNext() throws Throwable {
        MockSplitEnumeratorContext<ShardSplit> context = context(2);
        ShardEnumerator enumerator =
                new ShardEnumerator(
                        settings("default", SyncMode.FULL_AND_STREAM, 1, PASSES, "a@h:1", "b@h:2"),
                        context);
        enumerator.start();
        register(enumerator, context, 0);
        register(enumerator, context, 1);
        context.runNextOneTimeCallable();
        enumerator.handleSourceEvent(0, new FullSyncEvents.Request("a"));
        enumerator.handleSourceEvent(1, new FullSyncEvents.Request("b"));

        context.unregisterReader(0);
        enumerator.addSplitsBack(List.of(new ShardSplit("a", 0, null)), 0);

        assertThat(context.getSentSourceEvent())
                .containsEntry(1, List.of(new FullSyncEvents.Grant("b")));
    }
}

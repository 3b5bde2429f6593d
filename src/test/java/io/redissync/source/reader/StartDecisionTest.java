package io.redissync.source.reader;

import static io.redissync.source.SyncMode.FULL;
import static io.redissync.source.SyncMode.FULL_AND_STREAM;
import static io.redissync.source.SyncMode.STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import io.redissync.command.History;
import io.redissync.command.Marker;
import io.redissync.command.Phase;
import io.redissync.command.Position;
import io.redissync.source.SyncMode;
import io.redissync.testing.DocSection;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of docs/recovery.md, cell by cell; the page's table is made from this one. */
class StartDecisionTest {

    private static final String OURS = "0123456789abcdef";
    private static final String OTHERS = "fedcba9876543210";
    private static final String REPLID = "r".repeat(40);
    private static final int LANE = 7;
    private static final int LANES = 128;

    /** The history of the checkpoint, and two that are not. */
    private static final History MINE = new History(1, 5);

    private static final History OLDER = new History(2, 4);
    private static final History NEWER = new History(3, 6);

    /** Where the checkpoint left the shard. */
    @SuppressWarnings("ImmutableEnumChecker") // Positions and markers never change.
    private enum Checkpoint {
        ABSENT("none", null),
        SNAPSHOT("in the snapshot", at(MINE, Phase.SNAPSHOT, 500)),
        IN_STREAM("in the stream", at(MINE, Phase.STREAM, 500));

        final String text;
        final Optional<Position> position;

        Checkpoint(String text, Position position) {
            this.text = text;
            this.position = Optional.ofNullable(position);
        }
    }

    /** What the target says. */
    @SuppressWarnings("ImmutableEnumChecker") // Positions and markers never change.
    private enum Found {
        MISSING("missing", Map.of()),
        SNAPSHOT_BEHIND(
                "in the snapshot, behind the checkpoint", in(MINE, Phase.SNAPSHOT, 400, OTHERS)),
        SNAPSHOT_EQUAL(
                "in the snapshot, equal to the checkpoint", in(MINE, Phase.SNAPSHOT, 500, OTHERS)),
        SNAPSHOT_AHEAD(
                "in the snapshot, ahead of the checkpoint", in(MINE, Phase.SNAPSHOT, 600, OTHERS)),
        SNAPSHOT("in the snapshot", in(MINE, Phase.SNAPSHOT, 400, OTHERS)),
        SNAPSHOT_OURS(
                "in the snapshot, written by this submission", in(MINE, Phase.SNAPSHOT, 400, OURS)),
        STREAM_ANY("in the stream", in(MINE, Phase.STREAM, 400, OTHERS)),
        STREAM_OURS("in the stream, written by this submission", in(MINE, Phase.STREAM, 400, OURS)),
        STREAM_BEHIND("in the stream, behind the checkpoint", in(MINE, Phase.STREAM, 400, OTHERS)),
        STREAM_EQUAL("in the stream, equal to the checkpoint", in(MINE, Phase.STREAM, 500, OTHERS)),
        STREAM_AHEAD("in the stream, ahead of the checkpoint", in(MINE, Phase.STREAM, 600, OTHERS)),
        OLDER_SNAPSHOT(
                "of an older history, in its snapshot", in(OLDER, Phase.SNAPSHOT, 9, OTHERS)),
        OLDER_STREAM("of an older history, in its stream", in(OLDER, Phase.STREAM, 9, OTHERS)),
        NEWER_SNAPSHOT("of a newer history, in its snapshot", in(NEWER, Phase.SNAPSHOT, 9, OTHERS)),
        NEWER_STREAM("of a newer history, in its stream", in(NEWER, Phase.STREAM, 9, OTHERS)),
        NEWER_STREAM_OURS(
                "of a newer history, in its stream, written by this submission",
                in(NEWER, Phase.STREAM, 9, OURS)),
        OTHER_LANE(
                "in another lane",
                Map.of(9, marker(at(MINE, Phase.STREAM, 400), "shard", LANES, OTHERS))),
        OTHER_ORDERING(
                "of another ordering",
                Map.of(LANE, marker(at(MINE, Phase.STREAM, 400), "slot", LANES, OTHERS))),
        OTHER_LANES(
                "of another number of lanes",
                Map.of(LANE, marker(at(MINE, Phase.STREAM, 400), "shard", 64, OTHERS))),
        TWO_LANES(
                "in several lanes",
                Map.of(
                        LANE,
                        marker(at(MINE, Phase.STREAM, 400), "shard", LANES, OTHERS),
                        9,
                        marker(at(MINE, Phase.STREAM, 400), "shard", LANES, OTHERS)));

        final String text;
        final Map<Integer, Marker> markers;

        Found(String text, Map<Integer, Marker> markers) {
            this.text = text;
            this.markers = markers;
        }

        int lane() {
            return markers.keySet().iterator().next();
        }

        Position position() {
            return markers.get(lane()).position();
        }
    }

    /** What is done. */
    private enum Done {
        /** The shard's first history. */
        BEGIN("begin: full resync"),
        /** From now on: mode stream has no snapshot. */
        BEGIN_NOW("begin from now on"),
        RESYNC("full resync"),
        AT_MARKER("resume at the marker"),
        SNAPSHOT_AT_MARKER("resume at the marker if the spool can, else full resync"),
        NOTHING("complete, nothing to do"),
        REFUSED("**refused**");

        final String text;

        Done(String text) {
            this.text = text;
        }

        /** What it comes to with or without the whole snapshot in the spool. */
        Done given(Spool spool) {
            return switch (this) {
                case SNAPSHOT_AT_MARKER -> spool == Spool.WHOLE_SNAPSHOT ? AT_MARKER : RESYNC;
                default -> this;
            };
        }
    }

    /** What earlier attempts left on this host. */
    private enum Spool {
        NOTHING,
        WHOLE_SNAPSHOT
    }

    /** One row: full+stream, full, stream. */
    private record Row(Checkpoint checkpoint, Found found, Done both, Done full, Done stream) {
        Done in(SyncMode mode) {
            return switch (mode) {
                case FULL_AND_STREAM -> both;
                case FULL -> full;
                case STREAM -> stream;
            };
        }
    }

    private static final List<Row> TABLE =
            List.of(
                    row(Checkpoint.ABSENT, Found.MISSING, Done.BEGIN, Done.BEGIN, Done.BEGIN_NOW),
                    row(
                            Checkpoint.ABSENT,
                            Found.SNAPSHOT,
                            Done.SNAPSHOT_AT_MARKER,
                            Done.RESYNC,
                            Done.REFUSED),
                    row(
                            Checkpoint.ABSENT,
                            Found.SNAPSHOT_OURS,
                            Done.SNAPSHOT_AT_MARKER,
                            Done.SNAPSHOT_AT_MARKER,
                            Done.REFUSED),
                    row(
                            Checkpoint.ABSENT,
                            Found.STREAM_ANY,
                            Done.AT_MARKER,
                            Done.RESYNC,
                            Done.AT_MARKER),
                    row(
                            Checkpoint.ABSENT,
                            Found.STREAM_OURS,
                            Done.AT_MARKER,
                            Done.NOTHING,
                            Done.AT_MARKER),
                    row(
                            Checkpoint.ABSENT,
                            Found.OTHER_LANE,
                            Done.AT_MARKER,
                            Done.RESYNC,
                            Done.AT_MARKER),
                    refused(Checkpoint.ABSENT, Found.OTHER_ORDERING),
                    refused(Checkpoint.ABSENT, Found.OTHER_LANES),
                    refused(Checkpoint.ABSENT, Found.TWO_LANES),
                    row(Checkpoint.SNAPSHOT, Found.MISSING, Done.RESYNC, Done.RESYNC, Done.REFUSED),
                    inSnapshot(Checkpoint.SNAPSHOT, Found.SNAPSHOT_BEHIND, Done.SNAPSHOT_AT_MARKER),
                    inSnapshot(Checkpoint.SNAPSHOT, Found.SNAPSHOT_EQUAL, Done.SNAPSHOT_AT_MARKER),
                    inSnapshot(Checkpoint.SNAPSHOT, Found.SNAPSHOT_AHEAD, Done.SNAPSHOT_AT_MARKER),
                    row(
                            Checkpoint.SNAPSHOT,
                            Found.STREAM_ANY,
                            Done.AT_MARKER,
                            Done.NOTHING,
                            Done.AT_MARKER),
                    foreignSnapshot(Checkpoint.SNAPSHOT, Found.OLDER_SNAPSHOT),
                    foreignSnapshot(Checkpoint.SNAPSHOT, Found.NEWER_SNAPSHOT),
                    foreignStream(Checkpoint.SNAPSHOT, Found.OLDER_STREAM),
                    foreignStream(Checkpoint.SNAPSHOT, Found.NEWER_STREAM),
                    row(
                            Checkpoint.SNAPSHOT,
                            Found.NEWER_STREAM_OURS,
                            Done.AT_MARKER,
                            Done.NOTHING,
                            Done.AT_MARKER),
                    refused(Checkpoint.SNAPSHOT, Found.OTHER_LANE),
                    refused(Checkpoint.SNAPSHOT, Found.OTHER_ORDERING),
                    refused(Checkpoint.SNAPSHOT, Found.OTHER_LANES),
                    refused(Checkpoint.SNAPSHOT, Found.TWO_LANES),
                    row(
                            Checkpoint.IN_STREAM,
                            Found.MISSING,
                            Done.RESYNC,
                            Done.RESYNC,
                            Done.REFUSED),
                    inSnapshot(Checkpoint.IN_STREAM, Found.SNAPSHOT, Done.SNAPSHOT_AT_MARKER),
                    row(
                            Checkpoint.IN_STREAM,
                            Found.STREAM_BEHIND,
                            Done.AT_MARKER,
                            Done.NOTHING,
                            Done.AT_MARKER),
                    row(
                            Checkpoint.IN_STREAM,
                            Found.STREAM_EQUAL,
                            Done.AT_MARKER,
                            Done.NOTHING,
                            Done.AT_MARKER),
                    row(
                            Checkpoint.IN_STREAM,
                            Found.STREAM_AHEAD,
                            Done.AT_MARKER,
                            Done.NOTHING,
                            Done.AT_MARKER),
                    foreignSnapshot(Checkpoint.IN_STREAM, Found.OLDER_SNAPSHOT),
                    foreignSnapshot(Checkpoint.IN_STREAM, Found.NEWER_SNAPSHOT),
                    foreignStream(Checkpoint.IN_STREAM, Found.OLDER_STREAM),
                    foreignStream(Checkpoint.IN_STREAM, Found.NEWER_STREAM),
                    row(
                            Checkpoint.IN_STREAM,
                            Found.NEWER_STREAM_OURS,
                            Done.AT_MARKER,
                            Done.NOTHING,
                            Done.AT_MARKER),
                    refused(Checkpoint.IN_STREAM, Found.OTHER_LANE),
                    refused(Checkpoint.IN_STREAM, Found.OTHER_ORDERING),
                    refused(Checkpoint.IN_STREAM, Found.OTHER_LANES),
                    refused(Checkpoint.IN_STREAM, Found.TWO_LANES));

    private static Row row(Checkpoint checkpoint, Found found, Done both, Done full, Done stream) {
        return new Row(checkpoint, found, both, full, stream);
    }

    private static Row refused(Checkpoint checkpoint, Found found) {
        return new Row(checkpoint, found, Done.REFUSED, Done.REFUSED, Done.REFUSED);
    }

    private static Row inSnapshot(Checkpoint checkpoint, Found found, Done done) {
        return new Row(checkpoint, found, done, done, Done.REFUSED);
    }

    private static Row foreignSnapshot(Checkpoint checkpoint, Found found) {
        return new Row(checkpoint, found, Done.SNAPSHOT_AT_MARKER, Done.RESYNC, Done.REFUSED);
    }

    private static Row foreignStream(Checkpoint checkpoint, Found found) {
        return new Row(checkpoint, found, Done.AT_MARKER, Done.RESYNC, Done.AT_MARKER);
    }

    private static Stream<Arguments> cells() {
        return TABLE.stream()
                .flatMap(
                        row ->
                                Stream.of(SyncMode.values())
                                        .flatMap(
                                                mode ->
                                                        Stream.of(Spool.values())
                                                                .map(
                                                                        spool ->
                                                                                Arguments.of(
                                                                                        row, mode,
                                                                                        spool))));
    }

    private static StartDecision.Start start(Row row, SyncMode mode, Spool spool)
            throws IOException {
        return new StartDecision(OURS, mode, "shard", LANES, at -> spool == Spool.WHOLE_SNAPSHOT)
                .decide(LANE, row.checkpoint().position, row.found().markers);
    }

    @ParameterizedTest(name = "{0}, mode {1}, spool {2}")
    @MethodSource("cells")
    void decides(Row row, SyncMode mode, Spool spool) throws IOException {
        StartDecision.Start start = start(row, mode, spool);

        switch (row.in(mode).given(spool)) {
            case BEGIN, BEGIN_NOW -> {
                StartDecision.Start.FullResync resync = fullResync(start);
                assertThat(resync.lane()).isEqualTo(LANE);
                assertThat(resync.epoch()).isEqualTo(1);
            }
            case RESYNC -> {
                StartDecision.Start.FullResync resync = fullResync(start);
                int lane = row.found() == Found.MISSING ? LANE : row.found().lane();
                assertThat(resync.lane()).isEqualTo(lane);
                // Above both: neither the checkpoint's writer nor the marker's can take it back.
                assertThat(resync.epoch()).isEqualTo(highestEpoch(row) + 1);
                assertThat(resync.why()).isNotBlank();
            }
            case AT_MARKER -> {
                assertThat(start).isInstanceOf(StartDecision.Start.Resume.class);
                StartDecision.Start.Resume resume = (StartDecision.Start.Resume) start;
                assertThat(resume.position()).isEqualTo(row.found().position());
                assertThat(resume.lane()).isEqualTo(row.found().lane());
            }
            case NOTHING ->
                    assertThat(start)
                            .isEqualTo(
                                    new StartDecision.Start.Complete(LANE, row.found().position()));
            case SNAPSHOT_AT_MARKER -> throw new AssertionError("a choice: " + row.in(mode));
            case REFUSED -> {
                assertThat(start).isInstanceOf(StartDecision.Start.Refused.class);
                assertThat(((StartDecision.Start.Refused) start).why()).hasSizeGreaterThan(40);
            }
        }
    }

    private static StartDecision.Start.FullResync fullResync(StartDecision.Start start) {
        assertThat(start).isInstanceOf(StartDecision.Start.FullResync.class);
        return (StartDecision.Start.FullResync) start;
    }

    private static int highestEpoch(Row row) {
        int checkpoint = row.checkpoint().position.map(at -> at.history().epoch()).orElse(0);
        return row.found() == Found.MISSING
                ? checkpoint
                : Math.max(checkpoint, row.found().position().history().epoch());
    }

    /** Otherwise two copies could take the target from each other for ever. */
    @Test
    void noResyncKeepsOrLowersTheEpochOfTheMarkerThatItReplaces() throws IOException {
        for (Row row : TABLE) {
            for (SyncMode mode : SyncMode.values()) {
                StartDecision.Start start = start(row, mode, Spool.NOTHING);
                if (start instanceof StartDecision.Start.FullResync resync) {
                    for (Marker marker : row.found().markers.values()) {
                        assertThat(resync.epoch())
                                .isGreaterThan(marker.position().history().epoch());
                    }
                }
            }
        }
    }

    @Test
    void noStartSkipsWhatTheTargetHasNot() throws IOException {
        for (Row row : TABLE) {
            for (SyncMode mode : SyncMode.values()) {
                StartDecision.Start start = start(row, mode, Spool.WHOLE_SNAPSHOT);
                if (start instanceof StartDecision.Start.Resume resume) {
                    Position marker = row.found().position();
                    assertThat(resume.position().sameHistory(marker)).isTrue();
                    assertThat(resume.position().isAfter(marker)).isFalse();
                }
            }
        }
    }

    @Test
    void aShardWithoutACheckpointedPositionTakesTheLaneOfItsMarker() throws IOException {
        StartDecision.Start start =
                new StartDecision(OURS, FULL_AND_STREAM, "shard", LANES, at -> false)
                        .decide(LANE, Optional.empty(), Found.OTHER_LANE.markers);

        assertThat(start)
                .isInstanceOfSatisfying(
                        StartDecision.Start.Resume.class,
                        resume -> assertThat(resume.lane()).isEqualTo(9));
    }

    @Test
    void thePageHasTheSameCells() throws IOException {
        new DocSection("docs/recovery.md", "start-decision").assertSays(table());
    }

    private static String table() {
        Map<Checkpoint, StringBuilder> parts = new LinkedHashMap<>();
        for (Row row : TABLE) {
            parts.computeIfAbsent(
                            row.checkpoint(),
                            checkpoint ->
                                    new StringBuilder("Checkpoint: **")
                                            .append(checkpoint.text)
                                            .append(
                                                    """
                                                    **

                                                    | marker | `full+stream` | `full` | `stream` |
                                                    |---|---|---|---|
                                                    """))
                    .append("| ")
                    .append(row.found().text)
                    .append(" | ")
                    .append(row.in(FULL_AND_STREAM).text)
                    .append(" | ")
                    .append(row.in(FULL).text)
                    .append(" | ")
                    .append(row.in(STREAM).text)
                    .append(" |\n");
        }
        return String.join("\n", parts.values());
    }

    private static Position at(History history, Phase phase, long offset) {
        return new Position(history, REPLID, phase, offset, 3);
    }

    private static Map<Integer, Marker> in(
            History history, Phase phase, long offset, String instance) {
        return Map.of(LANE, marker(at(history, phase, offset), "shard", LANES, instance));
    }

    private static Marker marker(Position at, String ordering, int lanes, String instance) {
        return new Marker("token", at, at.offset(), ordering, lanes, true, instance);
    }
}

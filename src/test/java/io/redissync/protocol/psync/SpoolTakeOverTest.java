package io.redissync.protocol.psync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.redissync.command.History;
import io.redissync.command.Phase;
import io.redissync.command.Position;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a new attempt makes of what an earlier one left, and that it leaves that alone. */
@Timeout(60)
class SpoolTakeOverTest {

    private static final String OLD_ID = "a".repeat(40);
    private static final String NEW_ID = "b".repeat(40);
    private static final long START = 1_000;

    /** A segment of {@link #place} holds three frames of 100 bytes. */
    private static final int FRAME = 100;

    private static final int SEGMENT = 24 + 3 * (16 + FRAME);

    @TempDir Path spoolDir;

    private final History history = new History(0x1234abcdL, 3);
    private final byte[] written = random(4_000);
    private SpoolBudget budget;
    private HistorySpool.Place place;
    private HistorySpool taken;

    @BeforeEach
    void place() {
        budget = new SpoolBudget(1 << 20);
        place = new HistorySpool.Place(spoolDir, "default", "0", SEGMENT, budget);
    }

    @AfterEach
    void close() throws IOException {
        if (taken != null) {
            taken.delete();
        }
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(5).nextBytes(bytes);
        return bytes;
    }

    private Position at(long offset) {
        return new Position(history, OLD_ID, Phase.STREAM, offset, 0);
    }

    /** Appends the next frames of what the source sends. */
    private void append(HistorySpool spool, int frames) throws IOException {
        for (int i = 0; i < frames; i++) {
            int from = (int) (spool.stream().end() - START);
            spool.stream().append(ByteBuffer.wrap(written, from, FRAME), 7_000 + from);
        }
    }

    private HistorySpool begin(int frames) throws IOException {
        HistorySpool spool = HistorySpool.begin(place, history, OLD_ID, START);
        append(spool, frames);
        return spool;
    }

    private HistorySpool takeOver(Position position) throws IOException {
        taken = HistorySpool.takeOver(place, position).orElseThrow();
        return taken;
    }

    private void assertNotTaken(Position position) throws IOException {
        assertThat(HistorySpool.takeOver(place, position)).isEmpty();
    }

    /** The spool gives what was written from the offset to its end, and arrival times with it. */
    private void assertHolds(HistorySpool spool, long from, long end) throws IOException {
        assertThat(spool.stream().end()).isEqualTo(end);
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        byte[] into = new byte[FRAME];
        try (SpoolCursor cursor = spool.stream().cursor(from)) {
            int n;
            while ((n = cursor.read(into, 0, into.length)) > 0) {
                assertThat(cursor.arrivalMillis())
                        .isEqualTo(7_000 + (cursor.position() - n - START) / FRAME * FRAME);
                read.write(into, 0, n);
            }
        }
        assertThat(read.toByteArray())
                .isEqualTo(Arrays.copyOfRange(written, (int) (from - START), (int) (end - START)));
    }

    private static List<Path> files(Path directory, String prefix) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(f -> f.getFileName().toString().startsWith(prefix))
                    .sorted(Comparator.comparing(Path::toString))
                    .toList();
        }
    }

    private static Map<Path, byte[]> contents(Path directory) throws IOException {
        Map<Path, byte[]> contents = new HashMap<>();
        for (Path file : files(directory, "")) {
            contents.put(file, Files.readAllBytes(file));
        }
        return contents;
    }

    private static void assertUnchanged(Map<Path, byte[]> before, Path directory)
            throws IOException {
        Map<Path, byte[]> now = contents(directory);
        assertThat(now.keySet()).isEqualTo(before.keySet());
        before.forEach((file, bytes) -> assertThat(now.get(file)).as("%s", file).isEqualTo(bytes));
    }

    @Test
    void everythingFromThePositionOnIsTakenAndGoesOn() throws Exception {
        HistorySpool first = begin(11);
        first.close();
        Map<Path, byte[]> before = contents(first.directory());

        takeOver(at(START + 450));

        assertHolds(taken, START + 450, START + 1_100);
        assertThat(taken.startOffset()).isEqualTo(START + 300);
        assertThat(taken.snapshot()).isEmpty();
        append(taken, 8);
        assertHolds(taken, START + 450, START + 1_900);
        taken.stream().release(START + 1_900);
        assertUnchanged(before, first.directory());
    }

    @Test
    void sealedSegmentsAreLinkedAndTheLastOneIsCopied() throws Exception {
        HistorySpool first = begin(7);
        List<Path> theirs = files(first.directory(), "stream-");
        takeOver(at(START));

        List<Path> ours = files(taken.directory(), "stream-");
        assertThat(ours).hasSize(3);
        for (int i = 0; i < 3; i++) {
            Object inode = Files.getAttribute(theirs.get(i), "unix:ino");
            if (i < 2) {
                assertThat(Files.getAttribute(ours.get(i), "unix:ino")).isEqualTo(inode);
            } else {
                assertThat(Files.getAttribute(ours.get(i), "unix:ino")).isNotEqualTo(inode);
            }
        }
        first.close();
    }

    @Test
    void aPredecessorThatGoesOnWritingIsNotSeenAndNotDisturbed() throws Exception {
        HistorySpool first = begin(7);
        takeOver(at(START));
        append(first, 5);
        taken.stream().append(ByteBuffer.wrap(new byte[50]), 1);
        assertThat(taken.stream().end()).isEqualTo(START + 750);
        assertHolds(first, START, START + 1_200);

        try (SpoolCursor cursor = taken.stream().cursor(START + 700)) {
            byte[] into = new byte[200];
            assertThat(cursor.read(into, 0, 200)).isEqualTo(50);
            assertThat(into).containsOnly(0);
        }
        first.delete();
        try (SpoolCursor cursor = taken.stream().cursor(START)) {
            byte[] into = new byte[FRAME];
            assertThat(cursor.read(into, 0, FRAME)).isEqualTo(FRAME);
            assertThat(into).isEqualTo(Arrays.copyOf(written, FRAME));
        }
    }

    @Test
    void aTornLastFrameIsLeftOutWhereverItIsTorn() throws Exception {
        HistorySpool first = begin(5);
        first.close();
        Path last = files(first.directory(), "stream-").get(1);
        byte[] whole = Files.readAllBytes(last);
        assertThat(whole).hasSize(24 + 2 * 116);
        for (int length = whole.length; length >= 0; length--) {
            Files.write(last, Arrays.copyOf(whole, length));
            int frames = length < 24 ? 0 : (length - 24) / 116;
            takeOver(at(START + 250));
            assertHolds(taken, START + 250, START + 300 + frames * 100L);
            append(taken, 2);
            assertHolds(taken, START + 250, START + 500 + frames * 100L);
            taken.delete();
            taken = null;
        }
        assertThat(budget.usedBytes()).isEqualTo(first.bytesOnDisk());
    }

    @Test
    void aChangedByteEndsWhatIsUsedWhereverItIs() throws Exception {
        HistorySpool first = begin(8);
        first.close();
        Path middle = files(first.directory(), "stream-").get(1);
        byte[] whole = Files.readAllBytes(middle);
        for (int at = 0; at < whole.length; at++) {
            byte[] changed = whole.clone();
            changed[at] ^= 0x10;
            Files.write(middle, changed);
            int good = at < 24 ? 0 : (at - 24) / 116;
            takeOver(at(START + 200));
            assertHolds(taken, START + 200, START + 300 + good * 100L);
            // The source sends again what was damaged.
            append(taken, 3);
            assertHolds(taken, START + 200, START + 600 + good * 100L);
            taken.delete();
            taken = null;
        }
    }

    @Test
    void aMissingSegmentEndsWhatIsUsed() throws Exception {
        HistorySpool first = begin(8);
        first.close();
        Files.delete(files(first.directory(), "stream-").get(1));
        takeOver(at(START + 10));
        assertHolds(taken, START + 10, START + 300);
        taken.delete();
        taken = null;
        assertNotTaken(at(START + 400));
    }

    @Test
    void whatDoesNotReachToThePositionIsNotUsed() throws Exception {
        HistorySpool first = begin(8);
        first.stream().release(START + 450);
        first.close();
        assertNotTaken(at(START + 200));
        assertNotTaken(at(START + 801));
        takeOver(at(START + 800));
        assertHolds(taken, START + 800, START + 800);
    }

    @Test
    void threeAttemptsInARow() throws Exception {
        HistorySpool first = begin(4);
        first.close();
        HistorySpool second = HistorySpool.takeOver(place, at(START + 100)).orElseThrow();
        append(second, 4);
        first.delete();
        second.close();
        HistorySpool third = HistorySpool.takeOver(place, at(START + 300)).orElseThrow();
        append(third, 4);
        third.close();

        takeOver(at(START + 350));

        assertHolds(taken, START + 350, START + 1_200);
        second.delete();
        third.delete();
        assertThat(budget.usedBytes()).isEqualTo(taken.bytesOnDisk());
    }

    /** The older one may have followed a master that was replaced: bytes of two are not mixed. */
    @Test
    void theNewestAttemptIsUsedThoughAnOlderOneHasMore() throws Exception {
        HistorySpool first = begin(4);
        HistorySpool second = HistorySpool.takeOver(place, at(START)).orElseThrow();
        append(first, 4);
        first.close();
        append(second, 1);
        second.close();
        takeOver(at(START));
        assertHolds(taken, START, START + 500);
    }

    @Test
    void anAttemptThatDiedWhileItTookOverIsPassedOver() throws Exception {
        HistorySpool first = begin(4);
        first.close();
        HistorySpool second = HistorySpool.takeOver(place, at(START)).orElseThrow();
        second.close();
        Files.delete(second.directory().resolve("history"));
        Path third = HistorySpool.takeOver(place, at(START)).orElseThrow().directory();
        Path said = third.resolve("history");
        Files.writeString(said, Files.readString(said).replace("1000", "1001"));
        takeOver(at(START));
        assertHolds(taken, START, START + 400);
    }

    @Test
    void theIdThatTheSourceGaveLaterIsKnown() throws Exception {
        HistorySpool first = begin(4);
        first.replid(NEW_ID);
        append(first, 2);
        first.close();

        takeOver(at(START + 350));
        assertThat(taken.replid()).isEqualTo(NEW_ID);
        assertHolds(taken, START + 350, START + 600);
        taken.close();
        takeOver(new Position(history, NEW_ID, Phase.STREAM, START + 500, 0));
        assertThat(taken.replid()).isEqualTo(NEW_ID);
        taken.close();
    }

    @Test
    void bytesOfAnotherMasterAreNotUsed() throws Exception {
        HistorySpool first = begin(4);
        first.replid(NEW_ID);
        append(first, 2);
        first.close();
        // The old master went on by itself behind the place where the new one took over.
        assertNotTaken(at(START + 401));
        assertNotTaken(new Position(history, "c".repeat(40), Phase.STREAM, START + 100, 0));
        assertNotTaken(new Position(new History(9, 3), OLD_ID, Phase.STREAM, START + 100, 0));
        takeOver(at(START + 400));
        assertHolds(taken, START + 400, START + 600);
    }

    @Test
    void aHistoryThatTheSourceContinuedUnderAnotherIdKnowsBoth() throws Exception {
        HistorySpool first = HistorySpool.resume(place, at(START), NEW_ID);
        append(first, 2);
        first.close();
        takeOver(at(START));
        assertThat(taken.replid()).isEqualTo(NEW_ID);
        assertHolds(taken, START, START + 200);
    }

    private HistorySpool beginWithSnapshot(int length) throws IOException {
        HistorySpool spool = HistorySpool.begin(place, history, OLD_ID, START);
        spool.snapshot().orElseThrow().append(ByteBuffer.wrap(written, 0, length), 1);
        return spool;
    }

    private Position inSnapshot(long offset) {
        return new Position(history, OLD_ID, Phase.SNAPSHOT, offset, 0);
    }

    @Test
    void aWholeSnapshotIsTakenWithTheStreamBehindIt() throws Exception {
        HistorySpool first = beginWithSnapshot(900);
        append(first, 4);
        assertThat(first.resumable()).isFalse();
        assertNotTaken(inSnapshot(500));
        first.snapshotReceived(900);
        assertThat(first.resumable()).isTrue();
        first.close();

        takeOver(inSnapshot(500));

        SpoolLog snapshot = taken.snapshot().orElseThrow();
        assertThat(snapshot.sealed()).isTrue();
        assertThat(taken.snapshotLength()).hasValue(900);
        byte[] into = new byte[900];
        try (SpoolCursor cursor = snapshot.cursor(0)) {
            assertThat(cursor.read(into, 0, 900)).isEqualTo(900);
            assertThat(cursor.read(new byte[1], 0, 1)).isEqualTo(-1);
        }
        assertThat(into).isEqualTo(Arrays.copyOf(written, 900));
        assertThat(taken.startOffset()).isEqualTo(START);
        assertHolds(taken, START, START + 400);
        taken.close();
        // And once more, from the one that took over.
        takeOver(inSnapshot(700));
        assertThat(taken.snapshot().orElseThrow().end()).isEqualTo(900);
        assertHolds(taken, START, START + 400);
    }

    @Test
    void aDamagedSnapshotIsNotTaken() throws Exception {
        HistorySpool first = beginWithSnapshot(900);
        first.snapshotReceived(900);
        first.close();
        Path file = files(first.directory(), "snapshot-").get(0);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);
        assertNotTaken(inSnapshot(10));
    }

    @Test
    void theSnapshotIsKeptUntilTheStreamIsCoveredUnlessThereIsNoRoom() throws Exception {
        budget = new SpoolBudget(4_000);
        place = new HistorySpool.Place(spoolDir, "default", "0", SEGMENT, budget);
        HistorySpool first = HistorySpool.begin(place, history, OLD_ID, START);
        for (int i = 0; i < 9; i++) {
            first.snapshot().orElseThrow().append(ByteBuffer.wrap(written, 0, FRAME), 1);
        }
        first.snapshotReceived(900);
        first.release(inSnapshot(700));
        assertThat(files(first.directory(), "snapshot-")).hasSize(3);
        append(first, 26);
        assertThat(files(first.directory(), "snapshot-")).hasSize(1);
        assertThat(budget.state()).isEqualTo(SpoolBudget.State.OK);
        assertNotTaken(inSnapshot(700));
        first.release(at(START));
        assertThat(files(first.directory(), "snapshot-")).isEmpty();
        first.delete();
        assertThat(budget.usedBytes()).isZero();
    }

    @Test
    void aSnapshotThatIsReadAgainIsNotGivenUpBeforeItIsRead() throws Exception {
        HistorySpool first = HistorySpool.begin(place, history, OLD_ID, START);
        for (int i = 0; i < 9; i++) {
            first.snapshot().orElseThrow().append(ByteBuffer.wrap(written, 0, FRAME), 1);
        }
        first.snapshotReceived(900);
        first.close();
        SpoolBudget small = new SpoolBudget(1_200);
        place = new HistorySpool.Place(spoolDir, "default", "0", SEGMENT, small);
        takeOver(inSnapshot(600));
        assertThat(small.usedBytes()).isEqualTo(taken.bytesOnDisk()).isGreaterThan(1_100);
        taken.release(inSnapshot(600));
        Thread appends =
                new Thread(
                        () -> {
                            try {
                                append(taken, 3);
                            } catch (IOException e) {
                                throw new IllegalStateException("append", e);
                            }
                        });
        appends.start();
        await().until(() -> small.state() == SpoolBudget.State.FULL);
        taken.release(inSnapshot(600));
        assertThat(files(taken.directory(), "snapshot-")).hasSize(3);
        taken.snapshotReread();
        taken.release(inSnapshot(700));
        appends.join();
        assertThat(taken.stream().end()).isEqualTo(START + 300);
        assertThat(files(taken.directory(), "snapshot-")).hasSize(1);
    }

    @Test
    void aSweepLeavesWhatWasTakenOver() throws Exception {
        HistorySpool first = begin(7);
        first.close();
        HistorySpool stopped = begin(1);
        takeOver(at(START + 10));
        for (HistorySpool old : List.of(first, stopped, taken)) {
            Files.setLastModifiedTime(
                    old.directory().resolve("lock"),
                    FileTime.from(Instant.now().minus(Duration.ofHours(1))));
        }
        assertThat(HistorySpool.sweep(place)).isEqualTo(1);
        assertThat(first.directory()).doesNotExist();
        assertThat(stopped.directory()).exists();
        assertHolds(taken, START + 10, START + 100);
        stopped.close();
    }

    @Test
    void whatNobodyCameBackForIsSweptWithAnyShard() throws Exception {
        HistorySpool young = spoolOf("other", "9");
        HistorySpool old = spoolOf("other", "9");
        FileTime longAgo =
                FileTime.from(Instant.now().minus(SpoolDirectory.KEEP_AGE).minusSeconds(60));
        for (Path file : files(old.directory(), "")) {
            Files.setLastModifiedTime(file, longAgo);
        }
        Files.setLastModifiedTime(young.directory().resolve("lock"), longAgo);
        Path notOurs = Files.createDirectories(spoolDir.resolve("other/9/somebody"));
        Files.setLastModifiedTime(Files.createFile(notOurs.resolve("lock")), longAgo);
        assertThat(HistorySpool.sweep(place)).isEqualTo(1);
        assertThat(old.directory()).doesNotExist();
        assertThat(young.directory()).exists();
        assertThat(notOurs).exists();
    }

    private HistorySpool spoolOf(String sync, String shard) throws IOException {
        HistorySpool spool =
                HistorySpool.begin(
                        new HistorySpool.Place(spoolDir, sync, shard, SEGMENT, budget),
                        history,
                        OLD_ID,
                        START);
        append(spool, 1);
        spool.close();
        return spool;
    }

    @Test
    void nothingIsThere() throws Exception {
        Optional<HistorySpool> none = HistorySpool.takeOver(place, at(START));
        assertThat(none).isEmpty();
        assertThat(spoolDir).isEmptyDirectory();
    }
}

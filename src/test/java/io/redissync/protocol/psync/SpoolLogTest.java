package io.redissync.protocol.psync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SpoolLogTest {

    private static final long START = 1_000_003;

    @TempDir Path directory;

    private final SpoolBudget budget = new SpoolBudget(1 << 30);

    private SpoolLog log(long segmentBytes, SpoolBudget of) {
        return new SpoolLog(directory, SpoolLog.Kind.STREAM, 77, START, segmentBytes, of);
    }

    private static byte[] random(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] readAll(SpoolCursor cursor, int atOnce) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] into = new byte[atOnce];
        int n;
        while ((n = cursor.read(into, 0, atOnce)) > 0) {
            all.write(into, 0, n);
        }
        return all.toByteArray();
    }

    private List<Path> segmentFiles() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted(Comparator.comparing(Path::toString)).toList();
        }
    }

    @Test
    void readerFollowsWriterOverSegments() throws Exception {
        Random random = new Random(1);
        byte[] data = random(random, 3_000_000);
        try (SpoolLog log = log(50_000, budget)) {
            CompletableFuture<byte[]> read =
                    CompletableFuture.supplyAsync(
                            () -> {
                                try {
                                    return follow(log, new Random(2));
                                } catch (IOException | InterruptedException e) {
                                    throw new IllegalStateException("follow", e);
                                }
                            });
            int at = 0;
            while (at < data.length) {
                int n = Math.min(data.length - at, 1 + random.nextInt(9_000));
                log.append(ByteBuffer.wrap(data, at, n), 5_000_000L + at);
                at += n;
            }
            log.seal();
            assertThat(read.get()).isEqualTo(data);
            assertThat(log.end()).isEqualTo(START + data.length);
            assertThat(segmentFiles()).hasSizeGreaterThan(50);
            assertThat(log.bytesOnDisk()).isEqualTo(budget.usedBytes());
            assertThat(log.bytesOnDisk())
                    .isEqualTo(segmentFiles().stream().mapToLong(f -> f.toFile().length()).sum());
        }
    }

    private static byte[] follow(SpoolLog log, Random random)
            throws IOException, InterruptedException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] into = new byte[10_000];
        try (SpoolCursor cursor = log.cursor(START)) {
            while (true) {
                int n = cursor.read(into, 7, 1 + random.nextInt(9_000));
                if (n < 0) {
                    return all.toByteArray();
                }
                if (n == 0) {
                    log.awaitBeyond(cursor.position(), 10_000);
                }
                all.write(into, 7, n);
                assertThat(cursor.position()).isEqualTo(START + all.size());
            }
        }
    }

    @Test
    void oneReadStaysInOneFrameAndKnowsItsArrival() throws Exception {
        try (SpoolLog log = log(1 << 20, budget);
                SpoolCursor cursor = log.cursor(START)) {
            byte[] into = new byte[100];
            assertThat(cursor.read(into, 0, 100)).isZero();
            log.append(ByteBuffer.wrap(new byte[30]), 1_111);
            log.append(ByteBuffer.wrap(new byte[50]), 2_222);
            assertThat(cursor.read(into, 0, 20)).isEqualTo(20);
            assertThat(cursor.arrivalMillis()).isEqualTo(1_111);
            assertThat(cursor.read(into, 0, 100)).isEqualTo(10);
            assertThat(cursor.arrivalMillis()).isEqualTo(1_111);
            assertThat(cursor.read(into, 0, 100)).isEqualTo(50);
            assertThat(cursor.arrivalMillis()).isEqualTo(2_222);
            assertThat(cursor.read(into, 0, 100)).isZero();
            log.seal();
            assertThat(cursor.read(into, 0, 100)).isEqualTo(-1);
        }
    }

    @Test
    void cursorBeginsAnywhere() throws Exception {
        Random random = new Random(3);
        byte[] data = random(random, 4_000);
        try (SpoolLog log = log(700, budget)) {
            for (int at = 0; at < data.length; at += 100) {
                log.append(ByteBuffer.wrap(data, at, 100), at);
            }
            log.seal();
            for (int from = 0; from <= data.length; from += 33) {
                try (SpoolCursor cursor = log.cursor(START + from)) {
                    byte[] rest = new byte[data.length - from];
                    System.arraycopy(data, from, rest, 0, rest.length);
                    assertThat(readAll(cursor, 64)).isEqualTo(rest);
                }
            }
            assertThatThrownBy(() -> log.cursor(START - 1))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void largeAppendIsCutIntoFrames() throws Exception {
        byte[] data = random(new Random(4), 3 * SpoolFormat.MAX_FRAME_BYTES + 17);
        try (SpoolLog log = log(64 << 20, budget);
                SpoolCursor cursor = log.cursor(START)) {
            log.append(ByteBuffer.wrap(data), 1);
            assertThat(readAll(cursor, 100_000)).isEqualTo(data);
        }
    }

    @Test
    void changedByteIsFoundAndNamed() throws Exception {
        try (SpoolLog log = log(1 << 20, budget)) {
            log.append(ByteBuffer.wrap(new byte[100]), 1);
            log.append(ByteBuffer.wrap(new byte[100]), 1);
            Path file = segmentFiles().get(0);
            byte[] bytes = Files.readAllBytes(file);
            bytes[bytes.length - 1] ^= 1;
            Files.write(file, bytes);
            byte[] into = new byte[200];
            try (SpoolCursor cursor = log.cursor(START)) {
                assertThat(cursor.read(into, 0, 200)).isEqualTo(100);
                assertThatThrownBy(() -> cursor.read(into, 0, 200))
                        .isInstanceOf(SpoolCorruptException.class)
                        .hasMessageContaining(file.toString())
                        .hasMessageContaining("position " + (START + 100))
                        .hasMessageContaining("checksum");
            }
        }
    }

    @Test
    void foreignHeaderAndShortFileAreFound() throws Exception {
        try (SpoolLog log = log(1 << 20, budget)) {
            log.append(ByteBuffer.wrap(new byte[100]), 1);
            Path file = segmentFiles().get(0);
            byte[] bytes = Files.readAllBytes(file);
            byte[] into = new byte[200];
            Files.write(file, java.util.Arrays.copyOf(bytes, 90));
            try (SpoolCursor cursor = log.cursor(START)) {
                assertThatThrownBy(() -> cursor.read(into, 0, 200))
                        .isInstanceOf(SpoolCorruptException.class)
                        .hasMessageContaining("ends at byte 90");
            }
            bytes[9] ^= 1;
            Files.write(file, bytes);
            try (SpoolCursor cursor = log.cursor(START)) {
                assertThatThrownBy(() -> cursor.read(into, 0, 200))
                        .isInstanceOf(SpoolCorruptException.class)
                        .hasMessageContaining("header");
            }
        }
    }

    @Test
    void releaseDeletesWholeSegmentsOnly() throws Exception {
        try (SpoolLog log = log(1_000, budget)) {
            for (int i = 0; i < 30; i++) {
                log.append(ByteBuffer.wrap(new byte[100]), 1);
            }
            int before = segmentFiles().size();
            assertThat(before).isEqualTo(4);
            log.release(START + 799);
            assertThat(segmentFiles()).hasSize(before);
            log.release(START + 800);
            assertThat(segmentFiles()).hasSize(before - 1);
            log.release(START + 3_000);
            assertThat(segmentFiles()).hasSize(1);
            assertThat(log.bytesOnDisk()).isEqualTo(budget.usedBytes());
            assertThatThrownBy(
                            () -> {
                                try (SpoolCursor cursor = log.cursor(START)) {
                                    cursor.read(new byte[1], 0, 1);
                                }
                            })
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("already released");
            log.delete();
            assertThat(segmentFiles()).isEmpty();
            assertThat(budget.usedBytes()).isZero();
        }
    }

    private static CompletableFuture<Void> appendElsewhere(SpoolLog log, int bytes) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        log.append(ByteBuffer.wrap(new byte[bytes]), 1);
                    } catch (IOException e) {
                        throw new IllegalStateException("append", e);
                    }
                });
    }

    @Test
    void fullBudgetHoldsTheWriterUntilReleased() throws Exception {
        SpoolBudget small = new SpoolBudget(1_000);
        try (SpoolLog log = log(1 << 20, small)) {
            log.append(ByteBuffer.wrap(new byte[500]), 1);
            // The position was released before the segment ended: the append itself ends it.
            log.release(START + 500);
            log.append(ByteBuffer.wrap(new byte[800]), 1);
            assertThat(log.end()).isEqualTo(START + 1_300);
            CompletableFuture<Void> held = appendElsewhere(log, 700);
            await().until(() -> small.state() == SpoolBudget.State.FULL);
            assertThat(held).isNotDone();
            log.release(START + 1_299);
            assertThat(held).isNotDone();
            log.release(START + 1_300);
            held.get();
            assertThat(small.state()).isEqualTo(SpoolBudget.State.OK);
            assertThat(small.usedBytes()).isEqualTo(log.bytesOnDisk()).isLessThanOrEqualTo(1_000);
        }
    }

    @Test
    void refusedAppendsEndTheWaitForRoom() throws Exception {
        SpoolBudget small = new SpoolBudget(1_000);
        try (SpoolLog log = log(1 << 20, small)) {
            log.append(ByteBuffer.wrap(new byte[900]), 1);
            CompletableFuture<Void> held = appendElsewhere(log, 700);
            await().until(() -> small.state() == SpoolBudget.State.FULL);
            log.refuseAppends();
            assertThatThrownBy(held::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasRootCauseInstanceOf(SpoolClosedException.class);
            try (SpoolCursor cursor = log.cursor(START)) {
                assertThat(readAll(cursor, 100)).hasSize(900);
            }
        }
    }

    static boolean fullDevice() {
        return Files.exists(Path.of("/dev/full"));
    }

    @Test
    @EnabledIf("fullDevice")
    void fullDiskIsNamedAndTriedAgain() throws Exception {
        try (SpoolLog log = log(1 << 20, budget)) {
            Path file = directory.resolve(String.format("stream-%020d.spool", START));
            Files.createSymbolicLink(file, Path.of("/dev/full"));
            ByteBuffer data = ByteBuffer.wrap(new byte[100]);
            assertThatThrownBy(() -> log.append(data, 1))
                    .isInstanceOf(SpoolDiskFullException.class)
                    .hasMessageContaining(file.toString());
            assertThat(budget.state()).isEqualTo(SpoolBudget.State.DISK_FULL);
            assertThat(budget.usedBytes()).isZero();
            Files.delete(file);
            log.append(data, 1);
            assertThat(budget.state()).isEqualTo(SpoolBudget.State.OK);
            assertThat(log.end()).isEqualTo(START + 100);
        }
    }

    @Test
    void awaitAnswersBytesSealCloseTimeoutAndWakeUp() throws Exception {
        SpoolLog log = log(1 << 20, budget);
        assertThat(log.awaitBeyond(START, 1)).isFalse();
        log.wakeUp();
        long before = System.nanoTime();
        assertThat(log.awaitBeyond(START, 30_000)).isFalse();
        assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - before)).isLessThan(20);
        log.append(ByteBuffer.wrap(new byte[1]), 1);
        assertThat(log.awaitBeyond(START, 30_000)).isTrue();
        assertThat(log.awaitBeyond(START + 1, 1)).isFalse();
        log.seal();
        assertThat(log.awaitBeyond(START + 1, 30_000)).isTrue();
        log.close();
        assertThat(log.awaitBeyond(START + 1, 30_000)).isTrue();
        assertThatThrownBy(() -> log.append(ByteBuffer.wrap(new byte[1]), 1))
                .isInstanceOf(SpoolClosedException.class);
        assertThatThrownBy(() -> log.cursor(START).read(new byte[1], 0, 1))
                .isInstanceOf(SpoolClosedException.class);
    }

    @Test
    void wakeUpReachesAWaitingReader() throws Exception {
        try (SpoolLog log = log(1 << 20, budget)) {
            CompletableFuture<Boolean> waiting = new CompletableFuture<>();
            Thread reader =
                    new Thread(
                            () -> {
                                try {
                                    waiting.complete(log.awaitBeyond(START, 30_000));
                                } catch (InterruptedException e) {
                                    waiting.completeExceptionally(e);
                                }
                            });
            reader.start();
            await().until(() -> reader.getState() == Thread.State.TIMED_WAITING);
            log.wakeUp();
            assertThat(waiting.get()).isFalse();
            reader.join();
        }
    }

    @Test
    void bytesBehindTheEndOfTheLogAreNotRead() throws Exception {
        try (SpoolLog log = log(1 << 20, budget)) {
            log.append(ByteBuffer.wrap(new byte[10]), 1);
            Files.write(segmentFiles().get(0), new byte[5], StandardOpenOption.APPEND);
            try (SpoolCursor cursor = log.cursor(START)) {
                assertThat(readAll(cursor, 100)).hasSize(10);
            }
        }
    }
}

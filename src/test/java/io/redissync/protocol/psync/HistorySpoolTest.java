package io.redissync.protocol.psync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.redissync.command.History;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistorySpoolTest {

    private static final String REPLID = "0123456789012345678901234567890123456789";

    @TempDir Path spoolDir;

    private final SpoolBudget budget = new SpoolBudget(1 << 20);
    private final History history = new History(0x1234abcdL, 3);
    private HistorySpool.Place place;

    @BeforeEach
    void place() {
        place = new HistorySpool.Place(spoolDir, "default", "0", 1 << 16, budget);
    }

    @Test
    void eachAttemptHasItsOwnDirectoryAndTakesItAway() throws Exception {
        HistorySpool first = HistorySpool.begin(place, history, REPLID, 500);
        HistorySpool second = HistorySpool.resume(place, history, REPLID, 700);
        assertThat(first.directory()).isNotEqualTo(second.directory());
        assertThat(first.directory().getParent())
                .isEqualTo(spoolDir.resolve("default").resolve("0"));
        assertThat(first.directory().getFileName().toString()).startsWith("000000001234abcd-");
        assertThat(first.snapshot()).isPresent();
        assertThat(second.snapshot()).isEmpty();
        assertThat(second.stream().end()).isEqualTo(700);

        first.snapshot().orElseThrow().append(ByteBuffer.wrap(new byte[1000]), 1);
        first.stream().append(ByteBuffer.wrap(new byte[1000]), 1);
        second.stream().append(ByteBuffer.wrap(new byte[1000]), 1);
        assertThat(first.bytesOnDisk() + second.bytesOnDisk()).isEqualTo(budget.usedBytes());
        first.delete();
        assertThat(first.directory()).doesNotExist();
        assertThat(budget.usedBytes()).isEqualTo(second.bytesOnDisk());
        assertThatThrownBy(() -> first.stream().append(ByteBuffer.wrap(new byte[1]), 1))
                .isInstanceOf(SpoolClosedException.class);
        second.delete();
        assertThat(budget.usedBytes()).isZero();
    }

    @Test
    void sweepTakesOnlyWhatNobodyHolds() throws Exception {
        assertThat(HistorySpool.sweep(place)).isZero();
        HistorySpool ended = HistorySpool.begin(place, history, REPLID, 0);
        ended.stream().append(ByteBuffer.wrap(new byte[10]), 1);
        ended.close();
        HistorySpool young = HistorySpool.begin(place, history, REPLID, 0);
        young.close();
        HistorySpool alive = HistorySpool.begin(place, history, REPLID, 0);
        for (HistorySpool old : new HistorySpool[] {ended, alive}) {
            Files.setLastModifiedTime(
                    old.directory().resolve("lock"),
                    FileTime.from(Instant.now().minus(Duration.ofHours(1))));
        }
        assertThat(HistorySpool.sweep(place)).isEqualTo(1);
        assertThat(ended.directory()).doesNotExist();
        assertThat(young.directory()).exists();
        assertThat(alive.directory()).exists();
        alive.close();
    }
}

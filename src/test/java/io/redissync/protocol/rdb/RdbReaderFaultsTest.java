package io.redissync.protocol.rdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Wake-ups, truncation and damage, at every byte. */
class RdbReaderFaultsTest {

    /** Makes buffers grow, move and shrink in small files too. */
    private static final int SMALL_BUFFER = 16;

    private static final class WakeUp extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    static List<String> files() throws IOException {
        return RdbFiles.names();
    }

    static byte[] handMade() {
        return RdbReaderFormsTest.everyForm();
    }

    @ParameterizedTest
    @MethodSource("files")
    void goesOnAfterAWakeUpAtEveryByte(String file) throws IOException {
        goesOnAfterAWakeUpAtEveryByte(RdbFiles.bytes(file));
    }

    @Test
    void goesOnAfterAWakeUpAtEveryByteOfEveryForm() throws IOException {
        goesOnAfterAWakeUpAtEveryByte(handMade());
    }

    private static void goesOnAfterAWakeUpAtEveryByte(byte[] rdb) throws IOException {
        List<RdbItem> expected = RdbFiles.items(rdb);
        for (int buffer : new int[] {SMALL_BUFFER, RdbBuffer.INITIAL_LENGTH}) {
            int[] at = {0};
            boolean[] woken = {false};
            RdbReader reader =
                    new RdbReader(
                            (dst, off, length) -> {
                                if (!woken[0]) {
                                    woken[0] = true;
                                    throw new WakeUp();
                                }
                                woken[0] = false;
                                if (at[0] == rdb.length) {
                                    return -1;
                                }
                                dst[off] = rdb[at[0]++];
                                return 1;
                            },
                            buffer);
            List<RdbItem> items = new ArrayList<>();
            int wakeUps = 0;
            for (boolean end = false; !end; ) {
                try {
                    RdbItem item = reader.next();
                    end = item == null;
                    if (!end) {
                        items.add(item);
                    }
                } catch (WakeUp e) {
                    wakeUps++;
                }
            }
            assertThat(RdbFiles.texts(items)).isEqualTo(RdbFiles.texts(expected));
            assertThat(wakeUps).isEqualTo((int) reader.position());
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void givesTheSameItemsInWhateverPiecesTheBytesCome(String file) throws IOException {
        byte[] rdb = RdbFiles.bytes(file);
        List<String> expected = RdbFiles.texts(RdbFiles.items(rdb));
        for (int chunk : new int[] {1, 7, 100, 1000}) {
            for (int buffer : new int[] {SMALL_BUFFER, 1024}) {
                RdbReader reader = new RdbReader(RdbFiles.input(rdb, chunk), buffer);
                assertThat(RdbFiles.texts(RdbFiles.items(reader))).isEqualTo(expected);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void refusesARdbThatIsCutOffAtAnyByte(String file) throws IOException {
        refusesARdbThatIsCutOffAtAnyByte(RdbFiles.bytes(file));
    }

    @Test
    void refusesEveryFormThatIsCutOffAtAnyByte() throws IOException {
        refusesARdbThatIsCutOffAtAnyByte(handMade());
    }

    private static void refusesARdbThatIsCutOffAtAnyByte(byte[] rdb) throws IOException {
        RdbReader whole = RdbFiles.reader(rdb);
        RdbFiles.items(whole);
        // Cutting a file of 100 KB at every byte reads 5 GB: its middle is cut more sparsely.
        int step = rdb.length > 2000 ? 37 : 1;
        int cuts = 0;
        for (int length = 0; length < whole.position(); length++) {
            if (length > 200 && length < whole.position() - 200 && length % step != 0) {
                continue;
            }
            byte[] cut = Arrays.copyOf(rdb, length);
            RdbReader reader = new RdbReader(RdbFiles.input(cut, Integer.MAX_VALUE), 1024);
            Throwable thrown = catchThrowable(() -> RdbFiles.items(reader));
            assertThat(thrown)
                    .as("cut to %s bytes", length)
                    .isInstanceOf(RdbFormatException.class)
                    .hasMessageContaining("the RDB ends in the middle of an item");
            assertThat(((RdbFormatException) thrown).position()).isEqualTo(length);
            cuts++;
        }
        assertThat(cuts).isPositive();
    }

    @Test
    void answersDamageWithItemsOrARefusal() throws IOException {
        Random random = new Random(7);
        List<byte[]> rdbs = new ArrayList<>();
        rdbs.add(handMade());
        for (String file : files()) {
            rdbs.add(RdbFiles.bytes(file));
        }
        int refused = 0;
        int read = 0;
        for (byte[] rdb : rdbs) {
            for (int round = 0; round < 250; round++) {
                byte[] damaged = rdb.clone();
                int flips = 1 + random.nextInt(4);
                for (int i = 0; i < flips; i++) {
                    int at = random.nextInt(Math.min(damaged.length, 2000));
                    damaged[at] = (byte) random.nextInt(256);
                }
                RdbReader reader = new RdbReader(RdbFiles.input(damaged, 4096), 1024);
                try {
                    RdbFiles.items(reader);
                    read++;
                } catch (RdbFormatException e) {
                    assertThat(e.position()).isBetween(0L, (long) damaged.length);
                    assertThat(e).hasMessageStartingWith("RDB byte " + e.position());
                    refused++;
                }
            }
        }
        assertThat(refused).isPositive();
        assertThat(read).isPositive();
    }

    @Test
    void refusesEveryFlippedBitOfARdbWithAChecksum() {
        byte[] rdb = RdbFiles.bytes("rdb_version_5_with_checksum.rdb");
        // The version digits decide whether there is a checksum at all.
        for (int at = 9; at < rdb.length; at++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] damaged = rdb.clone();
                damaged[at] ^= (byte) (1 << bit);
                assertThatThrownBy(() -> RdbFiles.items(damaged))
                        .as("bit %s of byte %s", bit, at)
                        .isInstanceOf(RdbFormatException.class);
            }
        }
    }

    @Test
    void saysThatTheChecksumIsWrong() {
        byte[] rdb = RdbFiles.bytes("rdb_version_5_with_checksum.rdb");
        rdb[rdb.length - 1] ^= 1;

        assertThatThrownBy(() -> RdbFiles.items(rdb))
                .isInstanceOf(RdbFormatException.class)
                .hasMessageContaining("checksum")
                .hasMessageStartingWith("RDB byte " + (rdb.length - 8) + ", db 0:");
    }

    @Test
    void takesAChecksumOfZeroAsSwitchedOff() throws IOException {
        byte[] rdb = RdbFiles.bytes("rdb_version_5_with_checksum.rdb");
        Arrays.fill(rdb, rdb.length - 8, rdb.length, (byte) 0);

        assertThat(RdbFiles.items(rdb)).hasSize(6);
    }

    @Test
    void doesNotGoOnAfterARefusal() {
        RdbReader reader = RdbFiles.reader(new byte[] {'R', 'E', 'D'});

        assertThatThrownBy(reader::next).isInstanceOf(RdbFormatException.class);
        assertThatThrownBy(reader::next)
                .isInstanceOf(RdbFormatException.class)
                .hasMessageContaining("RDB byte 3: the RDB ends");
    }

    @Test
    void goesOnAfterTheInputFailed() throws IOException {
        byte[] rdb = RdbFiles.bytes("redis-encodings.rdb");
        RdbInput whole = RdbFiles.input(rdb, 10);
        int[] reads = {0};
        RdbReader reader =
                new RdbReader(
                        (dst, off, length) -> {
                            if (++reads[0] == 5) {
                                throw new IOException("disk");
                            }
                            return whole.read(dst, off, length);
                        });

        assertThatThrownBy(() -> RdbFiles.items(reader)).hasMessage("disk");
        assertThat(RdbFiles.items(reader)).hasSize(13);
    }

    @Test
    void doesNotAllocateALengthThatIsOnlyClaimed() {
        byte[] rdb =
                new RdbBytes("REDIS0011").key(0, "large").len32(0x7fff_ff00L).text("x").bytes();
        long[] asked = {0};
        RdbInput input = RdbFiles.input(rdb, Integer.MAX_VALUE);
        RdbReader reader =
                new RdbReader(
                        (dst, off, length) -> {
                            asked[0] = Math.max(asked[0], dst.length);
                            return input.read(dst, off, length);
                        });

        assertThatThrownBy(reader::next)
                .isInstanceOf(RdbFormatException.class)
                .hasMessageContaining("key \"large\"")
                .hasMessageContaining("the RDB ends in the middle of an item");
        assertThat(asked[0]).isEqualTo(RdbBuffer.INITIAL_LENGTH);
    }

    @Test
    void givesTheBufferOfALargeValueBack() throws IOException {
        int large = 9_000_000;
        RdbBytes rdb = new RdbBytes("REDIS0003").key(0, "large").len32(large);
        rdb.raw(new byte[large]);
        for (int i = 0; i < 100_000; i++) {
            rdb.key(0, "small").str("value of a small key");
        }
        byte[] bytes = rdb.u8(255).bytes();
        List<Integer> lengths = new ArrayList<>();
        RdbInput input = RdbFiles.input(bytes, Integer.MAX_VALUE);
        RdbReader reader =
                new RdbReader(
                        (dst, off, length) -> {
                            lengths.add(dst.length);
                            return input.read(dst, off, length);
                        });

        List<RdbItem> items = RdbFiles.items(reader);

        assertThat(items).hasSize(100_001);
        assertThat(((RdbItem.Key) items.get(0)).entry().value()).hasSize(large + 5);
        assertThat(lengths).anyMatch(length -> length > large);
        assertThat(lengths.get(lengths.size() - 1)).isEqualTo(RdbBuffer.INITIAL_LENGTH);
        assertThat(reader.position()).isEqualTo(bytes.length);
    }
}

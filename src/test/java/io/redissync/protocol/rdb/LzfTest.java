package io.redissync.protocol.rdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LzfTest {

    @Test
    void copiesRunsAndOverlappingBackReferences() {
        // Two bytes as they are, 2 + 2 bytes from two back, 9 + 3 bytes from one back.
        byte[] compressed = {1, 'a', 'b', 2 << 5, 1, (byte) (7 << 5), 3, 0};

        assertThat(new String(Lzf.decompress(compressed, 0, 8, 18), StandardCharsets.US_ASCII))
                .isEqualTo("ababab" + "b".repeat(12));
    }

    @Test
    void readsInsideALargerArray() {
        byte[] around = {9, 9, 1, 'a', 'b', 9};

        assertThat(Lzf.decompress(around, 2, 3, 2)).containsExactly('a', 'b');
    }

    @Test
    void refusesALengthThatTheBytesCannotGiveBeforeAllocatingIt() {
        assertThatThrownBy(() -> Lzf.decompress(new byte[10], 0, 10, 2_000_000_000))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("10 bytes claims a length of 2000000000");
        assertThatThrownBy(() -> Lzf.decompress(new byte[10], 0, 10, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("18446744073709551615");
    }

    @Test
    void refusesBytesThatGiveAnotherLength() {
        byte[] ab = {1, 'a', 'b'};

        assertThatThrownBy(() -> Lzf.decompress(ab, 0, 3, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("decompressed 2 of 3 bytes");
        assertThatThrownBy(() -> Lzf.decompress(ab, 0, 3, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a run of 2 bytes");
        assertThatThrownBy(() -> Lzf.decompress(ab, 0, 2, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a run of 2 bytes");
    }

    @Test
    void refusesABackReferenceToBeforeTheStart() {
        byte[] compressed = {0, 'a', 2 << 5, 1};

        assertThatThrownBy(() -> Lzf.decompress(compressed, 0, 4, 5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("back reference");
    }

    @Test
    void answersAnyBytesWithADecompressedStringOrARefusal() {
        Random random = new Random(31);
        int refused = 0;
        int accepted = 0;
        for (int i = 0; i < 100_000; i++) {
            byte[] bytes = new byte[1 + random.nextInt(12)];
            random.nextBytes(bytes);
            bytes[0] &= 3;
            int length = 1 + random.nextInt(20);
            try {
                assertThat(Lzf.decompress(bytes, 0, bytes.length, length)).hasSize(length);
                accepted++;
            } catch (IllegalArgumentException e) {
                refused++;
            }
        }
        assertThat(refused).isPositive();
        assertThat(accepted).isPositive();
    }
}

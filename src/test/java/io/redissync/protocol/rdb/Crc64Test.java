package io.redissync.protocol.rdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Crc64Test {

    @Test
    void givesTheCheckValueOfTheRedisSources() {
        byte[] digits = "123456789".getBytes(StandardCharsets.US_ASCII);

        assertThat(Crc64.update(0, digits, 0, digits.length)).isEqualTo(0xe9c6d914c4b8d9caL);
    }

    @Test
    void isTheSameHoweverTheBytesAreCutAndAligned() {
        byte[] bytes = new byte[1000];
        new Random(64).nextBytes(bytes);
        for (int off = 0; off < 9; off++) {
            for (int length = 0; length < 100; length++) {
                long expected = bitByBit(bytes, off, length);
                assertThat(Crc64.update(0, bytes, off, length)).isEqualTo(expected);
                int cut = length / 3;
                long first = Crc64.update(0, bytes, off, cut);
                assertThat(Crc64.update(first, bytes, off + cut, length - cut)).isEqualTo(expected);
            }
        }
    }

    private static long bitByBit(byte[] bytes, int off, int length) {
        long crc = 0;
        for (int i = off; i < off + length; i++) {
            for (int bit = 1; bit <= 0x80; bit <<= 1) {
                boolean top = crc < 0;
                boolean in = (bytes[i] & bit) != 0;
                crc <<= 1;
                if (top != in) {
                    crc ^= 0xad93d23594c935a9L;
                }
            }
        }
        return Long.reverse(crc);
    }
}

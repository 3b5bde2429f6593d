package io.redissync.protocol.rdb;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * CRC-64 as Redis uses it (polynomial of Jones, reflected, start and final value 0), eight bytes at
 * a time.
 */
public final class Crc64 {

    /** 0xad93d23594c935a9 with its bits in reverse order. */
    private static final long POLYNOMIAL = Long.reverse(0xad93d23594c935a9L);

    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** [n][b]: what byte b does to the sum when n more bytes follow it in the word. */
    private static final long[][] TABLES = tables();

    private Crc64() {}

    private static long[][] tables() {
        long[][] tables = new long[8][256];
        for (int b = 0; b < 256; b++) {
            long crc = b;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc >>> 1) ^ ((crc & 1) != 0 ? POLYNOMIAL : 0);
            }
            tables[0][b] = crc;
        }
        for (int n = 1; n < 8; n++) {
            for (int b = 0; b < 256; b++) {
                long crc = tables[n - 1][b];
                tables[n][b] = tables[0][(int) (crc & 0xff)] ^ (crc >>> 8);
            }
        }
        return tables;
    }

    /**
     * Adds bytes to a sum.
     *
     * @param crc the sum so far, 0 at the start
     * @return the sum that includes them
     */
    public static long update(long crc, byte[] b, int off, int len) {
        long[] t0 = TABLES[0];
        long[] t1 = TABLES[1];
        long[] t2 = TABLES[2];
        long[] t3 = TABLES[3];
        long[] t4 = TABLES[4];
        long[] t5 = TABLES[5];
        long[] t6 = TABLES[6];
        long[] t7 = TABLES[7];
        int i = off;
        int end = off + len;
        while (end - i >= 8) {
            long word = crc ^ (long) LONG.get(b, i);
            crc =
                    t7[(int) (word & 0xff)]
                            ^ t6[(int) ((word >>> 8) & 0xff)]
                            ^ t5[(int) ((word >>> 16) & 0xff)]
                            ^ t4[(int) ((word >>> 24) & 0xff)]
                            ^ t3[(int) ((word >>> 32) & 0xff)]
                            ^ t2[(int) ((word >>> 40) & 0xff)]
                            ^ t1[(int) ((word >>> 48) & 0xff)]
                            ^ t0[(int) (word >>> 56)];
            i += 8;
        }
        while (i < end) {
            crc = t0[(int) ((crc ^ b[i]) & 0xff)] ^ (crc >>> 8);
            i++;
        }
        return crc;
    }
}

package io.redissync.command;

/** The hash slot of a key as Redis Cluster computes it: CRC16/XMODEM of the key or its hash tag. */
public final class KeySlot {

    /** Number of slots. */
    public static final int COUNT = 16384;

    private static final int[] CRC16 = new int[256];

    static {
        for (int i = 0; i < 256; i++) {
            int crc = i << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1;
            }
            CRC16[i] = crc & 0xffff;
        }
    }

    private KeySlot() {}

    public static int of(byte[] key) {
        return of(key, 0, key.length);
    }

    /** The slot of the key that an argument is. */
    public static int of(Command command, int arg) {
        return of(command.resp(), command.argStart(arg), command.argLength(arg));
    }

    /** The slot, 0 to 16383, of the key that these bytes are. */
    public static int of(byte[] bytes, int start, int length) {
        int from = start;
        int end = start + length;
        int open = indexOf(bytes, '{', start, end);
        if (open >= 0) {
            int close = indexOf(bytes, '}', open + 1, end);
            // An empty tag is none: the whole key counts.
            if (close > open + 1) {
                from = open + 1;
                end = close;
            }
        }
        int crc = 0;
        for (int i = from; i < end; i++) {
            crc = ((crc << 8) ^ CRC16[((crc >>> 8) ^ bytes[i]) & 0xff]) & 0xffff;
        }
        return crc & (COUNT - 1);
    }

    private static int indexOf(byte[] bytes, char wanted, int from, int end) {
        for (int i = from; i < end; i++) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        return -1;
    }
}

package io.redissync.protocol.rdb;

import java.io.IOException;

/**
 * Tells collections without elements, which an old fault of Redis left in some data sets: a replica
 * drops such keys when it loads a snapshot, and RESTORE refuses them.
 */
final class EmptyValues {

    /** Compact forms without elements are shorter, compressed or not. */
    private static final int MAX_LENGTH = 64;

    private EmptyValues() {}

    /**
     * Whether the value that was just stepped over is a collection without elements.
     *
     * @param in stands at the end of the value, which is its item, and does so afterwards
     */
    static boolean isEmpty(int type, ValueSkipper value, RdbBuffer in) throws IOException {
        if (value.count() == 0) {
            return true;
        }
        int length = in.itemLength();
        if (length > MAX_LENGTH) {
            return false;
        }
        in.restart();
        boolean empty =
                switch (type) {
                    case 9 -> number(in.readString(), 0, 1) == 0;
                    case 10, 12, 13 -> number(in.readString(), 8, 2) == 0;
                    case 11 -> number(in.readString(), 4, 4) == 0;
                    case 16, 17, 20, 23 -> number(in.readString(), 4, 2) == 0;
                    case 25 -> {
                        in.skip(8);
                        yield number(in.readString(), 4, 2) == 0;
                    }
                    case 14, 18 -> hasEmptyNodesOnly(type, in);
                    default -> false;
                };
        in.restart();
        in.skip(length);
        return empty;
    }

    private static boolean hasEmptyNodesOnly(int type, RdbBuffer in) throws IOException {
        long nodes = in.readLength();
        for (long i = 0; i < nodes; i++) {
            boolean packed = type == 14 || in.readLength() == 2;
            byte[] node = in.readString();
            if (!packed || number(node, type == 14 ? 8 : 4, 2) != 0) {
                return false;
            }
        }
        return true;
    }

    /** A little-endian number; -1 where the blob is too short for it. */
    private static long number(byte[] blob, int off, int bytes) {
        if (blob.length < off + bytes) {
            return -1;
        }
        long number = 0;
        for (int i = bytes - 1; i >= 0; i--) {
            number = number << 8 | (blob[off + i] & 0xff);
        }
        return number;
    }
}

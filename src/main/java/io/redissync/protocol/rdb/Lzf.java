package io.redissync.protocol.rdb;

/** Decompression of LZF, which RDBs use for longer strings. */
public final class Lzf {

    /** Three compressed bytes stand for at most 264: nothing expands more. */
    static final int MAX_EXPANSION = 88;

    private Lzf() {}

    /**
     * Decompresses one string.
     *
     * @param length its length as the RDB claims it; nothing is allocated when the compressed bytes
     *     cannot give as many
     * @throws IllegalArgumentException when the bytes do not give exactly that length
     */
    public static byte[] decompress(byte[] src, int off, int compressedLength, long length) {
        if (length < 0
                || length > (long) compressedLength * MAX_EXPANSION
                || length > RdbBuffer.MAX_LENGTH) {
            throw new IllegalArgumentException(
                    "LZF string of "
                            + compressedLength
                            + " bytes claims a length of "
                            + Long.toUnsignedString(length)
                            + " (expected: at most "
                            + MAX_EXPANSION
                            + " times as long)");
        }
        byte[] dst = new byte[(int) length];
        int in = off;
        int end = off + compressedLength;
        int out = 0;
        while (in < end) {
            int control = src[in++] & 0xff;
            if (control < 32) {
                int run = control + 1;
                if (run > end - in || run > dst.length - out) {
                    throw malformed("a run of " + run + " bytes", in - off - 1, out, length);
                }
                System.arraycopy(src, in, dst, out, run);
                in += run;
                out += run;
                continue;
            }
            int run = (control >>> 5) + 2;
            if (run == 9) {
                if (in == end) {
                    throw malformed("a back reference that is cut off", in - off - 1, out, length);
                }
                run += src[in++] & 0xff;
            }
            if (in == end) {
                throw malformed("a back reference that is cut off", in - off - 1, out, length);
            }
            int from = out - ((control & 0x1f) << 8) - (src[in++] & 0xff) - 1;
            if (from < 0 || run > dst.length - out) {
                throw malformed("a back reference of " + run + " bytes", in - off, out, length);
            }
            copyWithin(dst, from, out, run);
            out += run;
        }
        if (out != dst.length) {
            throw malformed("its end", compressedLength, out, length);
        }
        return dst;
    }

    /** A source that overlaps its destination repeats itself, so the order of copying matters. */
    private static void copyWithin(byte[] bytes, int from, int to, int length) {
        if (to - from >= length) {
            System.arraycopy(bytes, from, bytes, to, length);
            return;
        }
        for (int i = 0; i < length; i++) {
            bytes[to + i] = bytes[from + i];
        }
    }

    private static IllegalArgumentException malformed(String what, int in, int out, long length) {
        return new IllegalArgumentException(
                "malformed LZF string: "
                        + what
                        + " at compressed byte "
                        + in
                        + " does not fit (decompressed "
                        + out
                        + " of "
                        + length
                        + " bytes)");
    }
}

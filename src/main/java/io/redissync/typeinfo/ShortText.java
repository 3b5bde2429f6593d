package io.redissync.typeinfo;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** ASCII text of up to 255 bytes behind one byte of length: replids and ids of shards. */
final class ShortText {

    private ShortText() {}

    static void write(String text, DataOutput out) throws IOException {
        int length = text.length();
        if (length > 255) {
            throw new IOException("text of " + length + " characters (expected: at most 255)");
        }
        out.writeByte(length);
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c > 0x7f) {
                throw new IOException("text: " + text + " (expected: ASCII only)");
            }
            out.writeByte(c);
        }
    }

    /** Reads texts that mostly equal the one before, which is then handed out again. */
    static final class Reader {
        private final byte[] bytes = new byte[255];
        private String last = "";

        String read(DataInput in) throws IOException {
            int length = in.readUnsignedByte();
            in.readFully(bytes, 0, length);
            if (!equalsLast(length)) {
                last = new String(bytes, 0, length, StandardCharsets.US_ASCII);
            }
            return last;
        }

        private boolean equalsLast(int length) {
            if (last.length() != length) {
                return false;
            }
            for (int i = 0; i < length; i++) {
                if (last.charAt(i) != bytes[i]) {
                    return false;
                }
            }
            return true;
        }
    }
}

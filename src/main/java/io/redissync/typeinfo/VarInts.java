package io.redissync.typeinfo;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** Whole numbers in as few bytes as they need: seven bits per byte, the lowest first. */
final class VarInts {

    private VarInts() {}

    /** Writes a number of 0 or more in 1 to 5 bytes. */
    static void write(DataOutput out, int value) throws IOException {
        int rest = value;
        while ((rest & ~0x7f) != 0) {
            out.writeByte((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.writeByte(rest);
    }

    /**
     * Reads a number of 0 or more.
     *
     * @throws IOException when it is negative or longer than 5 bytes
     */
    static int read(DataInput in) throws IOException {
        int value = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            byte b = in.readByte();
            value |= (b & 0x7f) << shift;
            if (b >= 0) {
                if (value < 0) {
                    throw new IOException("length or count: " + value + " (expected: >= 0)");
                }
                return value;
            }
        }
        throw new IOException("variable-length number: more than 5 bytes");
    }

    /** Writes a signed number; small ones of either sign need one byte. */
    static void writeSigned(DataOutput out, int value) throws IOException {
        int zigzag = (value << 1) ^ (value >> 31);
        int rest = zigzag;
        while ((rest & ~0x7f) != 0) {
            out.writeByte((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.writeByte(rest);
    }

    /** Reads what {@link #writeSigned} wrote. */
    static int readSigned(DataInput in) throws IOException {
        int zigzag = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            byte b = in.readByte();
            zigzag |= (b & 0x7f) << shift;
            if (b >= 0) {
                return (zigzag >>> 1) ^ -(zigzag & 1);
            }
        }
        throw new IOException("variable-length number: more than 5 bytes");
    }
}

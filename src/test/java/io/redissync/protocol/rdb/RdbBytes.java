package io.redissync.protocol.rdb;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes an RDB by hand, for forms that no server at hand writes. */
final class RdbBytes {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    RdbBytes(String magic) {
        text(magic);
    }

    RdbBytes text(String text) {
        return raw(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    RdbBytes raw(byte... bytes) {
        out.write(bytes, 0, bytes.length);
        return this;
    }

    RdbBytes u8(int... bytes) {
        for (int b : bytes) {
            out.write(b);
        }
        return this;
    }

    /** A length in its shortest form. */
    RdbBytes len(long length) {
        if (length >= 0 && length < 64) {
            return u8((int) length);
        }
        if (length >= 0 && length < 16384) {
            return u8((int) (0x40 | length >> 8), (int) length);
        }
        if (length >= 0 && length <= 0xffffffffL) {
            return len32(length);
        }
        return len64(length);
    }

    RdbBytes len32(long length) {
        u8(0x80);
        for (int shift = 24; shift >= 0; shift -= 8) {
            u8((int) (length >> shift));
        }
        return this;
    }

    RdbBytes len64(long length) {
        u8(0x81);
        for (int shift = 56; shift >= 0; shift -= 8) {
            u8((int) (length >> shift));
        }
        return this;
    }

    RdbBytes str(String text) {
        return len(text.length()).text(text);
    }

    /** 8 bytes, little-endian. */
    RdbBytes le8(long number) {
        for (int shift = 0; shift < 64; shift += 8) {
            u8((int) (number >> shift));
        }
        return this;
    }

    /** A value type and a key. */
    RdbBytes key(int type, String key) {
        return u8(type).str(key);
    }

    byte[] bytes() {
        return out.toByteArray();
    }

    /** With the opcode for the end and the checksum. */
    byte[] end() {
        u8(255);
        byte[] bytes = out.toByteArray();
        return le8(Crc64.update(0, bytes, 0, bytes.length)).bytes();
    }
}

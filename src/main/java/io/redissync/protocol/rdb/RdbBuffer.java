package io.redissync.protocol.rdb;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The window of an RDB that is being parsed: reads ahead in blocks, keeps the unfinished item, and
 * reads lengths and strings.
 *
 * <p>Every method that reads may be interrupted by an unchecked exception of the input. Nothing
 * received is lost: {@link #rewind()} goes back to the last {@link #mark()}, from where the same
 * calls give the same results.
 */
final class RdbBuffer {

    /** Largest array that is asked of a JVM; bounds a value. */
    static final int MAX_LENGTH = Integer.MAX_VALUE - 63;

    /** Four blocks, which is what a read from the input asks for at most. */
    static final int INITIAL_LENGTH = 256 * 1024;

    /** A longer buffer, which one large value needed, is given back. */
    private static final int MAX_KEPT_LENGTH = 4 * 1024 * 1024;

    private final RdbInput input;
    private final int initialLength;

    /** Room that a read from the input should have at least. */
    private final int block;

    private byte[] buf;

    /** Place of buf[0] in the RDB. */
    private long base;

    /** Everything before it is in {@link #crc}. */
    private int summed;

    /** First byte of the unfinished item. */
    private int start;

    private int mark;
    private int pos;
    private int limit;
    private long crc;

    RdbBuffer(RdbInput input, int initialLength) {
        this.input = input;
        this.initialLength = initialLength;
        this.block = initialLength / 4;
        this.buf = new byte[initialLength];
    }

    /** Ends an item: its bytes are not needed any more. */
    void commit() {
        start = pos;
        mark = pos;
    }

    /** Ends a part of an item: an interrupted parse goes on here. */
    void mark() {
        mark = pos;
    }

    void rewind() {
        pos = mark;
    }

    /** Goes back to the first byte of the item. */
    void restart() {
        pos = start;
    }

    /** Place in the RDB of the next byte to parse. */
    long position() {
        return base + pos;
    }

    /** A copy of the item's bytes parsed so far. */
    byte[] item() {
        return Arrays.copyOfRange(buf, start, pos);
    }

    /** Number of the item's bytes parsed so far. */
    int itemLength() {
        return pos - start;
    }

    /** Checksum of all committed bytes. */
    long checksum() {
        sumUp();
        return crc;
    }

    private void sumUp() {
        crc = Crc64.update(crc, buf, summed, start - summed);
        summed = start;
    }

    int readByte() throws IOException {
        need(1);
        return buf[pos++] & 0xff;
    }

    /** A little-endian number of 4 bytes. */
    int readInt() throws IOException {
        need(4);
        int value = (int) littleEndian(4);
        pos += 4;
        return value;
    }

    /** A little-endian number of 8 bytes. */
    long readLong() throws IOException {
        need(8);
        long value = littleEndian(8);
        pos += 8;
        return value;
    }

    private long littleEndian(int bytes) {
        long value = 0;
        for (int i = bytes - 1; i >= 0; i--) {
            value = value << 8 | (buf[pos + i] & 0xff);
        }
        return value;
    }

    private long bigEndian(int bytes) {
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value = value << 8 | (buf[pos + i] & 0xff);
        }
        return value;
    }

    /** A length as an unsigned number of up to 64 bits. */
    long readLength() throws IOException {
        int first = readByte();
        if (first < 0x40) {
            return first;
        }
        if (first < 0x80) {
            return (long) (first & 0x3f) << 8 | readByte();
        }
        if (first > 0x81) {
            throw failAt(
                    position() - 1,
                    String.format("length begins with 0x%02x (expected: 0x00 to 0x81)", first));
        }
        int bytes = first == 0x80 ? 4 : 8;
        need(bytes);
        long length = bigEndian(bytes);
        pos += bytes;
        return length;
    }

    /** A length that counts things, so that it has to be a positive number. */
    long readCount(String what) throws IOException {
        long at = position();
        long count = readLength();
        if (count < 0) {
            throw failAt(
                    at,
                    what
                            + " is "
                            + Long.toUnsignedString(count)
                            + " (expected: at most "
                            + Long.MAX_VALUE
                            + ")");
        }
        return count;
    }

    /** Steps over a number of bytes, which become part of the item. */
    void skip(long length) throws IOException {
        if (length < 0 || length > MAX_LENGTH - (pos - start)) {
            throw tooLong(length);
        }
        need((int) length);
        pos += (int) length;
    }

    /** Steps over a string in any encoding. */
    void skipString() throws IOException {
        int p = pos;
        int left = limit - p;
        if (left >= 2) {
            int first = buf[p];
            int length;
            if ((first & 0xc0) == 0) {
                length = first + 1;
            } else if ((first & 0xc0) == 0x40) {
                length = ((first & 0x3f) << 8 | (buf[p + 1] & 0xff)) + 2;
            } else {
                skipAnyString();
                return;
            }
            if (length <= left) {
                pos = p + length;
                return;
            }
        }
        skipAnyString();
    }

    private void skipAnyString() throws IOException {
        need(1);
        int first = buf[pos] & 0xff;
        if (first < 0xc0) {
            skip(readLength());
            return;
        }
        pos++;
        switch (first & 0x3f) {
            case 0 -> skip(1);
            case 1 -> skip(2);
            case 2 -> skip(4);
            case 3 -> {
                long compressed = readLength();
                readLength();
                skip(compressed);
            }
            default -> throw unknownEncoding(first);
        }
    }

    /** A string in any encoding as its plain bytes. */
    byte[] readString() throws IOException {
        need(1);
        int first = buf[pos] & 0xff;
        if (first < 0xc0) {
            long length = readLength();
            skip(length);
            return Arrays.copyOfRange(buf, pos - (int) length, pos);
        }
        pos++;
        return switch (first & 0x3f) {
            case 0 -> decimal((byte) readByte());
            case 1 -> {
                skip(2);
                yield decimal((short) ((buf[pos - 2] & 0xff) | buf[pos - 1] << 8));
            }
            case 2 -> decimal(readInt());
            case 3 -> readCompressed();
            default -> throw unknownEncoding(first);
        };
    }

    private byte[] readCompressed() throws IOException {
        long at = position();
        long compressed = readLength();
        long length = readLength();
        skip(compressed);
        try {
            return Lzf.decompress(buf, pos - (int) compressed, (int) compressed, length);
        } catch (IllegalArgumentException e) {
            RdbFormatException failure = failAt(at, e.getMessage());
            failure.initCause(e);
            throw failure;
        }
    }

    private static byte[] decimal(int number) {
        return Integer.toString(number).getBytes(StandardCharsets.US_ASCII);
    }

    private RdbFormatException unknownEncoding(int first) {
        return failAt(
                position() - 1,
                String.format("string encoding 0x%02x (expected: 0xc0 to 0xc3)", first));
    }

    private RdbFormatException tooLong(long more) {
        long length = more < 0 ? more : itemLength() + more;
        return failAt(
                position(),
                "a value of at least "
                        + Long.toUnsignedString(length)
                        + " bytes (this version carries values of up to "
                        + MAX_LENGTH
                        + " bytes), unless the RDB is damaged");
    }

    /** Makes sure that this many bytes stand behind {@link #pos}. */
    void need(int length) throws IOException {
        if (limit - pos < length) {
            fill(length);
        }
    }

    private void fill(int length) throws IOException {
        if ((long) (pos - start) + length > MAX_LENGTH) {
            throw tooLong(length);
        }
        while (limit - pos < length) {
            makeRoom(pos - start + length);
            int missing = length - (limit - pos);
            int most = Math.min(buf.length - limit, Math.max(initialLength, missing));
            int got = input.read(buf, limit, most);
            if (got == -1) {
                throw failAt(
                        base + limit,
                        "the RDB ends in the middle of an item (expected: at least "
                                + missing
                                + " more bytes)");
            }
            if (got < 1 || got > most) {
                throw new IllegalStateException(
                        "the RDB input gave " + got + " bytes (expected: -1 or 1 to " + most + ")");
            }
            limit += got;
        }
    }

    /** Makes room behind {@link #limit} for an item that has at least this length. */
    private void makeRoom(int itemLength) {
        boolean oversized = buf.length > MAX_KEPT_LENGTH && itemLength <= block;
        if (buf.length - limit >= block && !oversized) {
            return;
        }
        if (start > 0) {
            sumUp();
            byte[] to = oversized ? new byte[initialLength] : buf;
            System.arraycopy(buf, start, to, 0, limit - start);
            buf = to;
            base += start;
            pos -= start;
            mark -= start;
            limit -= start;
            summed = 0;
            start = 0;
        }
        if (itemLength > buf.length) {
            // At most twice what was received, since a length in the RDB is only a claim; at least
            // half as much again, since a value of many strings shows its length only bit by bit.
            long wanted = Math.min(2L * buf.length, (long) itemLength + block);
            wanted = Math.max(wanted, buf.length + buf.length / 2L);
            buf = Arrays.copyOf(buf, (int) Math.min(wanted, MAX_LENGTH));
        }
    }

    RdbFormatException failAt(long position, String what) {
        return new RdbFormatException(what, position);
    }
}

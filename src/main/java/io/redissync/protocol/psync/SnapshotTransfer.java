package io.redissync.protocol.psync;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Takes the RDB out of what a master sends behind {@code +FULLRESYNC}: {@code $<length>} and the
 * bytes, or {@code $EOF:<mark>}, the bytes and the mark again; bare newlines may come before.
 */
final class SnapshotTransfer {

    /** What the master sent is no RDB transfer. */
    static final class BrokenTransferException extends IOException {
        private static final long serialVersionUID = 1L;

        BrokenTransferException(String message) {
            super(message);
        }
    }

    private static final int MARK_LENGTH = 40;
    private static final String MARK_PREFIX = "$EOF:";
    private static final int MAX_HEADER = 256;

    private enum State {
        HEADER,
        KNOWN_LENGTH,
        UNTIL_MARK,
        COMPLETE
    }

    private State state = State.HEADER;
    private final StringBuilder header = new StringBuilder();
    private long length = -1;
    private long received;

    private boolean diskless;
    private final byte[] mark = new byte[MARK_LENGTH];

    /** How far a search may jump when the byte under the mark's end has this value. */
    private final int[] jump = new int[256];

    /** The last bytes so far: they may be the beginning of the mark. */
    private final byte[] held = new byte[MARK_LENGTH - 1];

    private int heldLength;

    /**
     * Consumes what belongs to the transfer; what follows it stays in the buffer.
     *
     * @param out gets the RDB's bytes in order, each buffer with a reference that it owns
     * @return whether the transfer is complete
     * @throws BrokenTransferException when the master sends something else, such as an error
     */
    boolean feed(ByteBuf in, Consumer<ByteBuf> out) throws BrokenTransferException {
        while (in.isReadable() && state != State.COMPLETE) {
            switch (state) {
                case HEADER -> readHeader(in);
                case KNOWN_LENGTH -> {
                    int n = (int) Math.min(in.readableBytes(), length - received);
                    give(in.readRetainedSlice(n), out);
                }
                case UNTIL_MARK -> readUntilMark(in, out);
                case COMPLETE -> throw new IllegalStateException("transfer is complete");
            }
            if (state == State.KNOWN_LENGTH && received == length) {
                state = State.COMPLETE;
            }
        }
        return state == State.COMPLETE;
    }

    boolean complete() {
        return state == State.COMPLETE;
    }

    boolean diskless() {
        return diskless;
    }

    /** Known from the header on, or of a diskless transfer at its end. */
    OptionalLong length() {
        return length < 0 ? OptionalLong.empty() : OptionalLong.of(length);
    }

    /** Bytes of the RDB given out so far. */
    long received() {
        return received;
    }

    private void give(ByteBuf bytes, Consumer<ByteBuf> out) {
        received += bytes.readableBytes();
        out.accept(bytes);
    }

    private void readHeader(ByteBuf in) throws BrokenTransferException {
        while (in.isReadable()) {
            char c = (char) (in.readByte() & 0xff);
            if (c == '\n') {
                String line = header.toString().strip();
                header.setLength(0);
                if (!line.isEmpty()) {
                    begin(line);
                    return;
                }
            } else {
                header.append(c);
                if (header.length() > MAX_HEADER) {
                    throw broken(header.toString());
                }
            }
        }
    }

    private void begin(String line) throws BrokenTransferException {
        if (line.startsWith(MARK_PREFIX) && line.length() == MARK_PREFIX.length() + MARK_LENGTH) {
            diskless = true;
            byte[] text = line.getBytes(StandardCharsets.ISO_8859_1);
            System.arraycopy(text, MARK_PREFIX.length(), mark, 0, MARK_LENGTH);
            Arrays.fill(jump, MARK_LENGTH);
            for (int i = 0; i < MARK_LENGTH - 1; i++) {
                jump[mark[i] & 0xff] = MARK_LENGTH - 1 - i;
            }
            state = State.UNTIL_MARK;
        } else if (line.matches("\\$[0-9]{1,18}")) {
            length = Long.parseLong(line.substring(1));
            state = State.KNOWN_LENGTH;
        } else {
            throw broken(line);
        }
    }

    private static BrokenTransferException broken(String line) {
        return new BrokenTransferException(
                "instead of an RDB the master sent \""
                        + line
                        + "\" (expected: $<length> or $EOF:<40 bytes>)");
    }

    private void readUntilMark(ByteBuf in, Consumer<ByteBuf> out) {
        if (heldLength > 0 && readOverSeam(in, out)) {
            return;
        }
        int n = in.readableBytes();
        int found = find(in, in.readerIndex(), in.writerIndex());
        if (found >= 0) {
            give(in.readRetainedSlice(found - in.readerIndex()), out);
            endAtMark(in, MARK_LENGTH);
            return;
        }
        int keep = Math.min(n, held.length);
        if (n > keep) {
            give(in.readRetainedSlice(n - keep), out);
        }
        in.readBytes(held, 0, keep);
        heldLength = keep;
    }

    /**
     * Looks for a mark that begins in the held bytes.
     *
     * @return true when it is found, or when the new bytes are too few to let go of the held ones
     */
    private boolean readOverSeam(ByteBuf in, Consumer<ByteBuf> out) {
        int fresh = Math.min(in.readableBytes(), held.length);
        byte[] window = new byte[heldLength + fresh];
        System.arraycopy(held, 0, window, 0, heldLength);
        in.getBytes(in.readerIndex(), window, heldLength, fresh);
        int found = find(Unpooled.wrappedBuffer(window), 0, window.length);
        if (found >= 0) {
            if (found > 0) {
                give(Unpooled.wrappedBuffer(window, 0, found), out);
            }
            endAtMark(in, found + MARK_LENGTH - heldLength);
            return true;
        }
        if (fresh < in.readableBytes()) {
            // The window reached one byte less than a mark into the rest: nothing held is part of
            // it.
            give(Unpooled.copiedBuffer(held, 0, heldLength), out);
            heldLength = 0;
            return false;
        }
        int keep = Math.min(window.length, held.length);
        if (window.length > keep) {
            give(Unpooled.wrappedBuffer(window, 0, window.length - keep), out);
        }
        System.arraycopy(window, window.length - keep, held, 0, keep);
        heldLength = keep;
        in.skipBytes(fresh);
        return true;
    }

    private void endAtMark(ByteBuf in, int skip) {
        in.skipBytes(skip);
        length = received;
        state = State.COMPLETE;
    }

    /** Horspool's search: a mark of 40 random bytes lets it look at every 40th byte or so. */
    private int find(ByteBuf in, int from, int to) {
        int last = MARK_LENGTH - 1;
        for (int at = from; at + last < to; at += jump[in.getByte(at + last) & 0xff]) {
            int i = last;
            while (i >= 0 && in.getByte(at + i) == mark[i]) {
                i--;
            }
            if (i < 0) {
                return at;
            }
        }
        return -1;
    }
}

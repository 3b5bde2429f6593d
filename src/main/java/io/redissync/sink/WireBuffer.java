package io.redissync.sink;

import io.redissync.command.Command;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A growing buffer of RESP commands, used again for every batch. */
final class WireBuffer {

    /** A buffer that one huge batch made larger than this is not kept. */
    private static final int KEEP = 4 << 20;

    private byte[] bytes = new byte[64 << 10];
    private int length;

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    void clear() {
        length = 0;
        if (bytes.length > KEEP) {
            bytes = new byte[64 << 10];
        }
    }

    /** Appends a command that is RESP already. */
    void append(Command command) {
        byte[] resp = command.resp();
        reserve(resp.length);
        System.arraycopy(resp, 0, bytes, length, resp.length);
        length += resp.length;
    }

    /** Appends a command of text arguments. */
    void command(String... args) {
        header('*', args.length);
        for (String arg : args) {
            argument(arg);
        }
    }

    /** Begins a command with this many arguments, which have to follow. */
    void begin(int args) {
        header('*', args);
    }

    void argument(String text) {
        argument(text.getBytes(StandardCharsets.UTF_8));
    }

    void argument(byte[] arg) {
        header('$', arg.length);
        reserve(arg.length + 2);
        System.arraycopy(arg, 0, bytes, length, arg.length);
        length += arg.length;
        crlf();
    }

    /**
     * Begins an argument whose bytes the caller writes itself.
     *
     * @return where in {@link #bytes()} they start; {@link #endArgument} has to follow
     */
    int beginArgument(int size) {
        header('$', size);
        reserve(size + 2);
        int start = length;
        length += size;
        return start;
    }

    void endArgument() {
        crlf();
    }

    private void header(char type, int number) {
        reserve(16);
        bytes[length++] = (byte) type;
        decimal(number);
        crlf();
    }

    private void decimal(int number) {
        int digits = 1;
        for (int rest = number; rest >= 10; rest /= 10) {
            digits++;
        }
        int rest = number;
        for (int i = length + digits - 1; i >= length; i--) {
            bytes[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += digits;
    }

    private void crlf() {
        bytes[length++] = '\r';
        bytes[length++] = '\n';
    }

    private void reserve(int more) {
        // Every caller leaves room for the CRLF that may follow.
        long needed = (long) length + more + 2;
        if (needed > bytes.length) {
            if (needed > Integer.MAX_VALUE - 64) {
                throw new FatalSinkException(
                        "batch: " + needed + " bytes (expected: less than 2 GiB in one batch)");
            }
            long grown = Math.max(needed, Math.min(bytes.length * 2L, Integer.MAX_VALUE - 64L));
            bytes = Arrays.copyOf(bytes, (int) grown);
        }
    }
}

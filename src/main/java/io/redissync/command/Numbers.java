package io.redissync.command;

import java.util.concurrent.TimeUnit;

/** Whole numbers in arguments, read and added to without text in between. */
final class Numbers {

    private Numbers() {}

    /**
     * The signed decimal number that an argument is.
     *
     * @throws IllegalArgumentException when it is none or does not fit in 64 bits
     */
    static long parseLong(Command command, int arg) {
        byte[] resp = command.resp();
        int at = command.argStart(arg);
        int end = at + command.argLength(arg);
        boolean negative = at < end && resp[at] == '-';
        if (negative) {
            at++;
        }
        if (at == end || end - at > 19) {
            throw notANumber(command, arg);
        }
        // Collected as a negative number, which has room for Long.MIN_VALUE.
        long value = 0;
        for (; at < end; at++) {
            int digit = resp[at] - '0';
            if (digit < 0 || digit > 9) {
                throw notANumber(command, arg);
            }
            long next = value * 10 - digit;
            if (value < Long.MIN_VALUE / 10 || next > value) {
                throw notANumber(command, arg);
            }
            value = next;
        }
        if (!negative && value == Long.MIN_VALUE) {
            throw notANumber(command, arg);
        }
        return negative ? value : -value;
    }

    /** The sum, or the nearest 64-bit number. */
    static long addSaturated(long a, long b) {
        long sum = a + b;
        if (((a ^ sum) & (b ^ sum)) < 0) {
            return a < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
        return sum;
    }

    /** A time in seconds in milliseconds, or the nearest 64-bit number. */
    static long secondsToMillis(long seconds) {
        return TimeUnit.SECONDS.toMillis(seconds);
    }

    private static IllegalArgumentException notANumber(Command command, int arg) {
        return new IllegalArgumentException(
                "argument "
                        + arg
                        + " of "
                        + command
                        + ": "
                        + Texts.printable(command.arg(arg), 32)
                        + " (expected: a whole number of 64 bits)");
    }
}

package io.redissync.protocol.resp;

import io.redissync.command.Command;
import io.redissync.command.Texts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Incremental framing of the replication stream: whole commands with the places of their arguments,
 * and an account of the bytes.
 *
 * <p>Between commands, bare newlines ({@code \n} or {@code \r\n}) and empty arrays ({@code *0}) are
 * skipped and counted. An inline command ({@code PING\r\n}, from old masters) is given encoded as
 * an array and counted as it came. Not thread-safe.
 */
public final class RespCommandDecoder {

    /** More arguments than this are taken for a broken stream; Redis' own limit for clients. */
    public static final int DEFAULT_MAX_ARGUMENTS = 1024 * 1024 * 1024 - 1;

    /** The longest argument that an array can hold. */
    public static final int DEFAULT_MAX_BULK_LENGTH = Integer.MAX_VALUE - 64;

    private static final int MAX_ARRAY = Integer.MAX_VALUE - 64;
    private static final int MAX_INLINE = 64 * 1024;

    /** A count or length with its type byte and CRLF: ten digits are enough for any. */
    private static final int MAX_HEADER = 1 + 10 + 2;

    private static final int INITIAL_BUFFER = 64 * 1024;

    /** A buffer that one large command has grown beyond this is given back behind it. */
    private static final int KEPT_BUFFER = 4 * 1024 * 1024;

    /** Places allocated on the word of a count alone; more only when arguments have come. */
    private static final int TRUSTED_ARGUMENTS = 1024;

    private enum State {
        BETWEEN_COMMANDS,
        ARGUMENT_COUNT,
        ARGUMENT_LENGTH,
        ARGUMENT_BYTES,
        INLINE
    }

    private final int maxArguments;
    private final int maxBulkLength;

    private byte[] buffer = new byte[INITIAL_BUFFER];

    /** First byte of the command that is being read. */
    private int start;

    /** First byte that was not looked at. */
    private int scan;

    private int end;

    private State state = State.BETWEEN_COMMANDS;
    private int argumentCount;
    private int argumentsRead;
    private int[] places;
    private long consumed;

    public RespCommandDecoder() {
        this(DEFAULT_MAX_ARGUMENTS, DEFAULT_MAX_BULK_LENGTH);
    }

    /**
     * @param maxArguments upper bound of a command's number of arguments
     * @param maxBulkLength upper bound of an argument's length in bytes
     */
    public RespCommandDecoder(int maxArguments, int maxBulkLength) {
        this.maxArguments = maxArguments;
        this.maxBulkLength = maxBulkLength;
    }

    /** Takes a copy of bytes that follow those of the call before. */
    public void append(byte[] bytes, int off, int length) {
        if (length > buffer.length - end) {
            makeRoom(length);
        }
        System.arraycopy(bytes, off, buffer, end, length);
        end += length;
    }

    private void makeRoom(int length) {
        int kept = end - start;
        long needed = (long) kept + length;
        if (needed > MAX_ARRAY) {
            throw new IllegalStateException(
                    "replication stream: a command of more than "
                            + MAX_ARRAY
                            + " bytes at byte "
                            + consumed
                            + " (expected: less)");
        }
        byte[] target = buffer;
        if (needed > buffer.length) {
            target = new byte[(int) Math.min(MAX_ARRAY, Math.max(needed, 2L * buffer.length))];
        } else if (needed <= INITIAL_BUFFER && buffer.length > KEPT_BUFFER) {
            target = new byte[INITIAL_BUFFER];
        }
        System.arraycopy(buffer, start, target, 0, kept);
        buffer = target;
        scan -= start;
        end = kept;
        start = 0;
    }

    /**
     * Bytes of the commands returned so far, and of what was skipped between commands, since
     * construction: always a command boundary.
     */
    public long consumed() {
        return consumed;
    }

    /**
     * The next whole command, or null when more bytes are needed.
     *
     * @throws RespFormatException when the bytes are no command; every later call throws it again
     */
    public Command next() throws RespFormatException {
        while (true) {
            switch (state) {
                case BETWEEN_COMMANDS -> {
                    if (!beginCommand()) {
                        return null;
                    }
                }
                case ARGUMENT_COUNT -> {
                    int count = readHeader('*', maxArguments);
                    if (count < 0) {
                        return null;
                    }
                    if (count == 0) {
                        endCommand();
                    } else {
                        argumentCount = count;
                        argumentsRead = 0;
                        places = new int[2 * Math.min(count, TRUSTED_ARGUMENTS)];
                        state = State.ARGUMENT_LENGTH;
                    }
                }
                case ARGUMENT_LENGTH -> {
                    int length = readHeader('$', maxBulkLength);
                    if (length < 0) {
                        return null;
                    }
                    addPlace(length);
                    state = State.ARGUMENT_BYTES;
                }
                case ARGUMENT_BYTES -> {
                    if (!skipArgument()) {
                        return null;
                    }
                    argumentsRead++;
                    if (argumentsRead == argumentCount) {
                        return commandRead();
                    }
                    state = State.ARGUMENT_LENGTH;
                }
                case INLINE -> {
                    int lineEnd = findLineEnd();
                    if (lineEnd < 0) {
                        return null;
                    }
                    Command command = inlineCommand(lineEnd);
                    scan = lineEnd + 1;
                    endCommand();
                    return command;
                }
            }
        }
    }

    /** Skips newlines and looks at the first byte behind them; false when there is none. */
    private boolean beginCommand() throws RespFormatException {
        while (scan < end) {
            byte first = buffer[scan];
            if (first == '\n') {
                scan++;
                endCommand();
            } else if (first == '\r') {
                if (scan + 1 == end) {
                    return false;
                }
                if (buffer[scan + 1] != '\n') {
                    throw malformed(scan + 1, 1, "\\n behind \\r");
                }
                scan += 2;
                endCommand();
            } else if (first == '*') {
                state = State.ARGUMENT_COUNT;
                return true;
            } else if ((first >= 'A' && first <= 'Z') || (first >= 'a' && first <= 'z')) {
                state = State.INLINE;
                return true;
            } else {
                throw malformed(scan, 1, "'*' or the name of an inline command");
            }
        }
        return false;
    }

    /** Reads {@code <type><number>\r\n}; -1 when it is not all there. */
    private int readHeader(char type, int max) throws RespFormatException {
        byte[] b = buffer;
        int at = scan;
        if (at == end) {
            return -1;
        }
        if (b[at] != type) {
            throw malformed(at, 1, "'" + type + "'");
        }
        int limit = Math.min(end, at + MAX_HEADER);
        long number = 0;
        int i = at + 1;
        for (; i < limit; i++) {
            int digit = b[i] - '0';
            if (digit < 0 || digit > 9) {
                break;
            }
            number = number * 10 + digit;
        }
        if (i == limit) {
            if (limit == at + MAX_HEADER) {
                throw malformed(at, MAX_HEADER, "a number of at most 10 digits and CRLF");
            }
            return -1;
        }
        if (b[i] != '\r' || i == at + 1) {
            throw malformed(at, i - at + 1, "'" + type + "', decimal digits and CRLF");
        }
        if (number > max) {
            throw malformed(at, i - at, "a number of at most " + max);
        }
        if (i + 1 == end) {
            return -1;
        }
        if (b[i + 1] != '\n') {
            throw malformed(at, i - at + 2, "\\n behind \\r");
        }
        scan = i + 2;
        return (int) number;
    }

    private void addPlace(int length) {
        int at = 2 * argumentsRead;
        if (at == places.length) {
            places = Arrays.copyOf(places, (int) Math.min(2L * argumentCount, 2L * places.length));
        }
        places[at] = scan - start;
        places[at + 1] = length;
    }

    private boolean skipArgument() throws RespFormatException {
        int length = places[2 * argumentsRead + 1];
        if (end - scan < length + 2) {
            return false;
        }
        int behind = scan + length;
        if (buffer[behind] != '\r' || buffer[behind + 1] != '\n') {
            throw malformed(behind, 2, "CRLF behind an argument of " + length + " bytes");
        }
        scan = behind + 2;
        return true;
    }

    private Command commandRead() {
        Command command = new Command(Arrays.copyOfRange(buffer, start, scan), places);
        places = null;
        endCommand();
        return command;
    }

    private void endCommand() {
        consumed += scan - start;
        start = scan;
        state = State.BETWEEN_COMMANDS;
        if (scan == end) {
            start = 0;
            scan = 0;
            end = 0;
            if (buffer.length > KEPT_BUFFER) {
                buffer = new byte[INITIAL_BUFFER];
            }
        }
    }

    private int findLineEnd() throws RespFormatException {
        for (; scan < end; scan++) {
            if (buffer[scan] == '\n') {
                return scan;
            }
            if (scan - start >= MAX_INLINE) {
                throw malformed(start, 64, "an inline command of at most " + MAX_INLINE + " bytes");
            }
        }
        return -1;
    }

    private Command inlineCommand(int lineEnd) {
        int stop = buffer[lineEnd - 1] == '\r' ? lineEnd - 1 : lineEnd;
        List<byte[]> arguments = new ArrayList<>();
        int word = start;
        for (int i = start; i <= stop; i++) {
            if (i == stop || buffer[i] == ' ') {
                if (i > word) {
                    arguments.add(Arrays.copyOfRange(buffer, word, i));
                }
                word = i + 1;
            }
        }
        return Command.of(arguments);
    }

    private RespFormatException malformed(int at, int length, String expected) {
        byte[] found = Arrays.copyOfRange(buffer, at, Math.min(end, at + length));
        return new RespFormatException(
                consumed + (at - start), Texts.printable(found, 64), expected);
    }
}

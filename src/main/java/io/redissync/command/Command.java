package io.redissync.command;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A command as the RESP bytes that the master sent, with the places of its arguments, so that one
 * that nobody changes is written to the target without decoding and encoding it again.
 *
 * <p>The arrays are shared and must not be changed by anybody.
 */
public final class Command {

    private final byte[] resp;

    /** Start and length of each argument, two numbers per argument; the name is argument 0. */
    private final int[] places;

    /**
     * @param resp one whole command as a RESP array of bulk strings
     * @param places start and length of each argument in {@code resp}, the name first
     */
    public Command(byte[] resp, int[] places) {
        if (places.length == 0 || places.length % 2 != 0) {
            throw new IllegalArgumentException(
                    "argument places: " + places.length + " numbers (expected: pairs, at least 1)");
        }
        this.resp = resp;
        this.places = places;
    }

    /** Encodes a command from its arguments, the name first. */
    public static Command of(byte[]... args) {
        return of(List.of(args));
    }

    /** Encodes a command from its arguments, the name first. */
    public static Command of(List<byte[]> args) {
        int size = 16;
        for (byte[] arg : args) {
            size += arg.length + 16;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(size);
        int[] places = new int[args.size() * 2];
        writeHeader(out, '*', args.size());
        for (int i = 0; i < args.size(); i++) {
            byte[] arg = args.get(i);
            writeHeader(out, '$', arg.length);
            places[2 * i] = out.size();
            places[2 * i + 1] = arg.length;
            out.write(arg, 0, arg.length);
            out.write('\r');
            out.write('\n');
        }
        return new Command(out.toByteArray(), places);
    }

    /** Encodes a command from text arguments (UTF-8), the name first. */
    public static Command ofText(String... args) {
        byte[][] bytes = new byte[args.length][];
        for (int i = 0; i < args.length; i++) {
            bytes[i] = args[i].getBytes(StandardCharsets.UTF_8);
        }
        return of(bytes);
    }

    private static void writeHeader(ByteArrayOutputStream out, char type, int number) {
        out.write(type);
        byte[] digits = Integer.toString(number).getBytes(StandardCharsets.US_ASCII);
        out.write(digits, 0, digits.length);
        out.write('\r');
        out.write('\n');
    }

    /** The whole command on the wire; not to be changed. */
    public byte[] resp() {
        return resp;
    }

    /** Start and length of each argument in {@link #resp()}; not to be changed. */
    public int[] places() {
        return places;
    }

    /** Bytes on the wire. */
    public int length() {
        return resp.length;
    }

    /** Number of arguments, the name included. */
    public int argCount() {
        return places.length / 2;
    }

    public int argStart(int index) {
        return places[2 * index];
    }

    public int argLength(int index) {
        return places[2 * index + 1];
    }

    /** A copy of one argument; 0 is the name. */
    public byte[] arg(int index) {
        int start = argStart(index);
        return Arrays.copyOfRange(resp, start, start + argLength(index));
    }

    /** One argument as Latin-1 text, for words and numbers. */
    public String argText(int index) {
        return new String(resp, argStart(index), argLength(index), StandardCharsets.ISO_8859_1);
    }

    /** The command's name in upper case. */
    public String name() {
        return argText(0).toUpperCase(Locale.ROOT);
    }

    /** Whether an argument is this word, whatever its case; the word must be upper-case ASCII. */
    public boolean argIs(int index, String upperCaseWord) {
        int length = argLength(index);
        if (length != upperCaseWord.length()) {
            return false;
        }
        int start = argStart(index);
        for (int i = 0; i < length; i++) {
            byte b = resp[start + i];
            int upper = b >= 'a' && b <= 'z' ? b - 32 : b;
            if (upper != upperCaseWord.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    public boolean argStartsWith(int index, byte[] prefix) {
        int start = argStart(index);
        return argLength(index) >= prefix.length
                && Arrays.equals(resp, start, start + prefix.length, prefix, 0, prefix.length);
    }

    /** All arguments as copies, the name first. */
    public List<byte[]> args() {
        byte[][] args = new byte[argCount()][];
        for (int i = 0; i < args.length; i++) {
            args[i] = arg(i);
        }
        return Arrays.asList(args);
    }

    /** Name and first argument, shortened: values may be secret and large. */
    @Override
    public String toString() {
        String key = argCount() > 1 ? " " + Texts.printable(arg(1), 64) : "";
        return name() + key + " (" + argCount() + " arguments, " + length() + " bytes)";
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Command that && Arrays.equals(resp, that.resp);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(resp);
    }
}

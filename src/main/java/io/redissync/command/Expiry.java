package io.redissync.command;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Rewrites the times of expiry in commands: relative ones to absolute ones, absolute ones to later
 * ones, and new forms to old ones.
 *
 * <p>Times are Unix times in milliseconds. Every other command is handed back as it is, at the cost
 * of a look at its name.
 */
public final class Expiry {

    /** Latest time of a hash field's expiry that Redis accepts (t_hash.c). */
    private static final long MAX_FIELD_MILLIS = (1L << 46) - 1;

    private static final byte[] PEXPIREAT = ascii("PEXPIREAT");
    private static final byte[] HPEXPIREAT = ascii("HPEXPIREAT");
    private static final byte[] SET = ascii("SET");
    private static final byte[] PXAT = ascii("PXAT");
    private static final byte[] ABSTTL = ascii("ABSTTL");

    private Expiry() {}

    /** What a command says of expiry, and where. */
    private enum Form {
        NONE,
        /** Key, seconds from now. */
        EXPIRE,
        PEXPIRE,
        /** Key, Unix time in seconds. */
        EXPIREAT,
        PEXPIREAT,
        /** Key, seconds from now, value. */
        SETEX,
        PSETEX,
        /** Options EX, PX, EXAT, PXAT behind key and value. */
        SET,
        /** The same options behind the key. */
        GETEX,
        /** The same options between the key and FIELDS. */
        FIELD_OPTIONS,
        /** The same options behind the last value. */
        MSETEX,
        HEXPIRE,
        HPEXPIRE,
        HEXPIREAT,
        HPEXPIREAT,
        RESTORE
    }

    /**
     * The command with relative times made absolute.
     *
     * @param arrivalMillis when the command's bytes arrived
     * @return the same instance when it has no relative time
     */
    public static Command absolute(Command command, long arrivalMillis) {
        return switch (form(command)) {
            case EXPIRE -> timed(command, PEXPIREAT, after(arrivalMillis, seconds(command, 2)));
            case PEXPIRE ->
                    timed(command, PEXPIREAT, after(arrivalMillis, Numbers.parseLong(command, 2)));
            case HEXPIRE ->
                    timed(command, HPEXPIREAT, fieldTime(arrivalMillis, seconds(command, 2)));
            case HPEXPIRE ->
                    timed(
                            command,
                            HPEXPIREAT,
                            fieldTime(arrivalMillis, Numbers.parseLong(command, 2)));
            case SETEX -> setWithTime(command, after(arrivalMillis, seconds(command, 2)));
            case PSETEX ->
                    setWithTime(command, after(arrivalMillis, Numbers.parseLong(command, 2)));
            case SET, GETEX, MSETEX, FIELD_OPTIONS -> absoluteOption(command, arrivalMillis);
            case RESTORE -> absoluteRestore(command, arrivalMillis);
            case EXPIREAT, PEXPIREAT, HEXPIREAT, HPEXPIREAT, NONE -> command;
        };
    }

    /**
     * The command with every absolute time later by the slack; relative times stay.
     *
     * @param slackMillis 0 or more
     * @return the same instance when it has no absolute time
     */
    public static Command shifted(Command command, long slackMillis) {
        if (slackMillis == 0) {
            return command;
        }
        return switch (form(command)) {
            case EXPIREAT -> timed(command, PEXPIREAT, after(seconds(command, 2), slackMillis));
            case PEXPIREAT ->
                    timed(command, PEXPIREAT, after(Numbers.parseLong(command, 2), slackMillis));
            case HEXPIREAT ->
                    timed(command, HPEXPIREAT, fieldTime(seconds(command, 2), slackMillis));
            case HPEXPIREAT ->
                    timed(
                            command,
                            HPEXPIREAT,
                            fieldTime(Numbers.parseLong(command, 2), slackMillis));
            case SET, GETEX, MSETEX, FIELD_OPTIONS -> shiftedOption(command, slackMillis);
            case RESTORE -> shiftedRestore(command, slackMillis);
            case EXPIRE, PEXPIRE, HEXPIRE, HPEXPIRE, SETEX, PSETEX, NONE -> command;
        };
    }

    /**
     * The command as targets below 6.2 know it: they have no PXAT and no EXAT.
     *
     * @return what to apply in its place, in order and in one transaction; the same instance alone
     *     when the target knows it
     */
    public static List<Command> forOldTarget(Command command) {
        Form form = form(command);
        if (form != Form.SET && form != Form.GETEX) {
            return List.of(command);
        }
        int option = option(command, form);
        if (option < 0 || !isAbsolute(command, option)) {
            return List.of(command);
        }
        Command expiry =
                Command.of(PEXPIREAT, command.arg(1), number(optionMillis(command, option)));
        if (form == Form.GETEX) {
            return List.of(expiry);
        }
        List<byte[]> args = new ArrayList<>(command.args());
        args.subList(option, option + 2).clear();
        return List.of(Command.of(args), expiry);
    }

    private static Form form(Command c) {
        if (c.argCount() < 3) {
            return Form.NONE;
        }
        int length = c.argLength(0);
        int first = c.resp()[c.argStart(0)] & ~0x20;
        return switch (first) {
            case 'S' -> {
                if (length == 3) {
                    // Without options: by far the most frequent case.
                    yield c.argCount() > 4 && c.argIs(0, "SET") ? Form.SET : Form.NONE;
                }
                yield length == 5 && c.argCount() == 4 && c.argIs(0, "SETEX")
                        ? Form.SETEX
                        : Form.NONE;
            }
            case 'E' ->
                    length == 6 && c.argIs(0, "EXPIRE")
                            ? Form.EXPIRE
                            : length == 8 && c.argIs(0, "EXPIREAT") ? Form.EXPIREAT : Form.NONE;
            case 'P' -> {
                if (length == 9 && c.argIs(0, "PEXPIREAT")) {
                    yield Form.PEXPIREAT;
                }
                if (length == 7 && c.argIs(0, "PEXPIRE")) {
                    yield Form.PEXPIRE;
                }
                yield length == 6 && c.argCount() == 4 && c.argIs(0, "PSETEX")
                        ? Form.PSETEX
                        : Form.NONE;
            }
            case 'G' -> length == 5 && c.argIs(0, "GETEX") ? Form.GETEX : Form.NONE;
            case 'H' -> length < 6 ? Form.NONE : hashForm(c, length);
            case 'R' ->
                    c.argCount() >= 4 && (c.argIs(0, "RESTORE") || c.argIs(0, "RESTORE-ASKING"))
                            ? Form.RESTORE
                            : Form.NONE;
            case 'M' -> length == 6 && c.argIs(0, "MSETEX") ? Form.MSETEX : Form.NONE;
            default -> Form.NONE;
        };
    }

    private static Form hashForm(Command c, int length) {
        return switch (length) {
            case 6 -> c.argIs(0, "HSETEX") || c.argIs(0, "HGETEX") ? Form.FIELD_OPTIONS : Form.NONE;
            case 7 -> c.argIs(0, "HEXPIRE") ? Form.HEXPIRE : Form.NONE;
            case 8 -> c.argIs(0, "HPEXPIRE") ? Form.HPEXPIRE : Form.NONE;
            case 9 -> c.argIs(0, "HEXPIREAT") ? Form.HEXPIREAT : Form.NONE;
            case 10 -> c.argIs(0, "HPEXPIREAT") ? Form.HPEXPIREAT : Form.NONE;
            default -> Form.NONE;
        };
    }

    private static Command absoluteOption(Command command, long arrivalMillis) {
        Form form = form(command);
        int option = option(command, form);
        if (option < 0 || isAbsolute(command, option)) {
            return command;
        }
        return withOption(
                command, option, later(form, arrivalMillis, optionMillis(command, option)));
    }

    private static Command shiftedOption(Command command, long slackMillis) {
        Form form = form(command);
        int option = option(command, form);
        if (option < 0 || !isAbsolute(command, option)) {
            return command;
        }
        return withOption(command, option, later(form, optionMillis(command, option), slackMillis));
    }

    private static long later(Form form, long millis, long by) {
        return form == Form.FIELD_OPTIONS ? fieldTime(millis, by) : after(millis, by);
    }

    /** Index of EX, PX, EXAT or PXAT, or -1. */
    private static int option(Command command, Form form) {
        int from =
                switch (form) {
                    case SET -> 3;
                    case MSETEX -> {
                        long keys = Numbers.parseLong(command, 1);
                        yield (int) Math.min(command.argCount(), 2 + 2 * Math.max(0, keys));
                    }
                    default -> 2;
                };
        for (int i = from; i + 1 < command.argCount(); i++) {
            if (form == Form.FIELD_OPTIONS && command.argIs(i, "FIELDS")) {
                return -1;
            }
            if (isRelative(command, i) || isAbsolute(command, i)) {
                return i;
            }
            if (isComparison(command, i)) {
                i++;
            }
        }
        return -1;
    }

    /** SET's conditions on the old value, whose operand may look like an option. */
    private static boolean isComparison(Command command, int arg) {
        return command.argIs(arg, "IFEQ")
                || command.argIs(arg, "IFNE")
                || command.argIs(arg, "IFDEQ")
                || command.argIs(arg, "IFDNE");
    }

    private static boolean isRelative(Command command, int arg) {
        return command.argIs(arg, "EX") || command.argIs(arg, "PX");
    }

    private static boolean isAbsolute(Command command, int arg) {
        return command.argIs(arg, "PXAT") || command.argIs(arg, "EXAT");
    }

    private static long optionMillis(Command command, int option) {
        boolean inMillis = command.argIs(option, "PX") || command.argIs(option, "PXAT");
        return inMillis ? Numbers.parseLong(command, option + 1) : seconds(command, option + 1);
    }

    private static Command withOption(Command command, int option, long millis) {
        List<byte[]> args = new ArrayList<>(command.args());
        args.set(option, PXAT);
        args.set(option + 1, number(millis));
        return Command.of(args);
    }

    private static Command absoluteRestore(Command command, long arrivalMillis) {
        long ttl = Numbers.parseLong(command, 2);
        if (ttl <= 0 || hasAbsttl(command)) {
            return command;
        }
        List<byte[]> args = new ArrayList<>(command.args());
        args.set(2, number(after(arrivalMillis, ttl)));
        args.add(ABSTTL);
        return Command.of(args);
    }

    private static Command shiftedRestore(Command command, long slackMillis) {
        long time = Numbers.parseLong(command, 2);
        if (time <= 0 || !hasAbsttl(command)) {
            return command;
        }
        List<byte[]> args = new ArrayList<>(command.args());
        args.set(2, number(after(time, slackMillis)));
        return Command.of(args);
    }

    private static boolean hasAbsttl(Command command) {
        for (int i = 4; i < command.argCount(); i++) {
            if (command.argIs(i, "ABSTTL")) {
                return true;
            }
        }
        return false;
    }

    /** The command under a name and with a time at argument 2; what follows stays. */
    private static Command timed(Command command, byte[] name, long millis) {
        List<byte[]> args = new ArrayList<>(command.args());
        args.set(0, name);
        args.set(2, number(millis));
        return Command.of(args);
    }

    private static Command setWithTime(Command command, long millis) {
        return Command.of(SET, command.arg(1), command.arg(3), PXAT, number(millis));
    }

    private static long seconds(Command command, int arg) {
        return Numbers.secondsToMillis(Numbers.parseLong(command, arg));
    }

    private static long after(long millis, long by) {
        return Numbers.addSaturated(millis, by);
    }

    /** Never above what Redis accepts, unless the source itself was above it. */
    private static long fieldTime(long millis, long by) {
        return Math.max(millis, Math.min(MAX_FIELD_MILLIS, after(millis, by)));
    }

    private static byte[] number(long value) {
        return ascii(Long.toString(value));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}

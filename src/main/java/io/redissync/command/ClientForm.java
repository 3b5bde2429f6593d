package io.redissync.command;

import java.util.ArrayList;
import java.util.List;

/**
 * Rewrites what only a master may send over a replica link into what a client may send.
 *
 * <p>From the sources of Redis and Valkey ({@code mustObeyClient}): XADD and XTRIM with LIMIT but
 * without {@code ~} are an error for a client, while the master sends them because it replaces the
 * {@code ~} of the original by {@code =}. RESTORE-ASKING is for cluster nodes; its other form is
 * RESTORE. What the link alone may do beside that has no client form: strings above {@code
 * proto-max-bulk-len}, and writing to a target that is a replica, out of memory or whose disk is
 * full.
 */
public final class ClientForm {

    private static final byte[] RESTORE = {'R', 'E', 'S', 'T', 'O', 'R', 'E'};

    private ClientForm() {}

    /** The command as a client may send it; the same instance when nothing has to change. */
    public static Command of(Command command) {
        int length = command.argLength(0);
        if (length == 4 ? command.argIs(0, "XADD") : length == 5 && command.argIs(0, "XTRIM")) {
            return withoutLimit(command, length == 4 ? Trims.OF_XADD : Trims.OF_XTRIM);
        }
        if (length == 14 && command.argIs(0, "RESTORE-ASKING")) {
            List<byte[]> args = new ArrayList<>(command.args());
            args.set(0, RESTORE);
            return Command.of(args);
        }
        return command;
    }

    private enum Trims {
        /** Options stand before the id of the entry, which ends them. */
        OF_XADD,
        /** Everything behind the key is an option. */
        OF_XTRIM
    }

    private static Command withoutLimit(Command command, Trims trims) {
        int limit = -1;
        boolean approximate = false;
        int last = command.argCount() - 1;
        for (int i = 2; i < last; i++) {
            if (command.argIs(i, "MAXLEN") || command.argIs(i, "MINID")) {
                boolean sign = command.argIs(i + 1, "~") || command.argIs(i + 1, "=");
                approximate = command.argIs(i + 1, "~");
                i += sign ? 2 : 1;
            } else if (command.argIs(i, "LIMIT")) {
                limit = i;
                i++;
            } else if (trims == Trims.OF_XADD && !isFlag(command, i)) {
                break;
            }
        }
        if (limit < 0 || approximate) {
            return command;
        }
        List<byte[]> args = new ArrayList<>(command.args());
        args.subList(limit, limit + 2).clear();
        return Command.of(args);
    }

    private static boolean isFlag(Command command, int arg) {
        return command.argIs(arg, "NOMKSTREAM")
                || command.argIs(arg, "KEEPREF")
                || command.argIs(arg, "DELREF")
                || command.argIs(arg, "ACKED");
    }
}

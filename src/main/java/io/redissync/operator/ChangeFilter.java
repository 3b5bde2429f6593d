package io.redissync.operator;

import io.redissync.command.Change;
import io.redissync.command.Command;
import io.redissync.command.CommandSpec;
import io.redissync.command.CommandTable;
import io.redissync.command.DbCommand;
import io.redissync.command.Marker;
import io.redissync.command.SnapshotEntry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Takes out of a change what the rules do not let pass, and always the product's own keys.
 *
 * <ul>
 *   <li>DEL, UNLINK, TOUCH, MSET and MSETNX are filtered key by key. Any other command is kept when
 *       any of its keys passes, but dropped when one of them is reserved.
 *   <li>Commands without keys pass the rules on keys and obey the others; FUNCTION and SCRIPT
 *       belong to no db and do not obey those on dbs. SCRIPT FLUSH, SCRIPT KILL and CLUSTER never
 *       pass.
 *   <li>Entries of the snapshot obey the rules on dbs, keys and categories (by the type of the
 *       value), not those on commands.
 *   <li>Keys in scripts that do not declare them, and SORT's BY and GET, are not seen.
 * </ul>
 */
public final class ChangeFilter {

    private static final byte[] RESERVED = Marker.KEY_PREFIX.getBytes(StandardCharsets.US_ASCII);

    private final FilterRules rules;
    private final CommandTable table;
    private final DbWideCommands dbWide;

    /**
     * @param transform what happens behind it: a flush has to know which dbs share one at the
     *     target
     */
    public ChangeFilter(
            FilterRules rules,
            TransformRules transform,
            FlushPolicy onFlush,
            TargetLanes lanes,
            CommandTable table) {
        this.rules = rules;
        this.table = table;
        this.dbWide = new DbWideCommands(rules, transform, onFlush, lanes);
    }

    /**
     * Filters a change.
     *
     * @return the same instance when all of it passes, less of it, or null when nothing is left
     * @throws UnknownCommandException when a rule needs the keys of a command that is not known
     * @throws KeylessCommandException when a flush cannot be exact and the policy is to fail
     */
    public Change apply(Change change) {
        if (change instanceof Change.Single single) {
            return applySingle(single);
        }
        if (change instanceof Change.Transaction transaction) {
            return applyTransaction(transaction);
        }
        if (change instanceof Change.Entry entry) {
            return passes(entry) ? entry : null;
        }
        return change;
    }

    private Change applySingle(Change.Single change) {
        Verdict verdict = judge(change, change.command());
        if (verdict == Verdict.KEPT) {
            return change;
        }
        List<DbCommand> left = verdict.commands();
        if (left.isEmpty()) {
            return null;
        }
        return left.size() == 1
                ? new Change.Single(change.shard(), change.lane(), change.position(), left.get(0))
                : new Change.Transaction(change.shard(), change.lane(), change.position(), left);
    }

    private Change applyTransaction(Change.Transaction change) {
        List<DbCommand> commands = change.commands();
        List<DbCommand> left = null;
        for (int i = 0; i < commands.size(); i++) {
            Verdict verdict = judge(change, commands.get(i));
            if (verdict != Verdict.KEPT && left == null) {
                left = new ArrayList<>(commands.subList(0, i));
            }
            if (left != null) {
                if (verdict == Verdict.KEPT) {
                    left.add(commands.get(i));
                } else {
                    left.addAll(verdict.commands());
                }
            }
        }
        if (left == null) {
            return change;
        }
        return left.isEmpty()
                ? null
                : new Change.Transaction(change.shard(), change.lane(), change.position(), left);
    }

    private boolean passes(Change.Entry change) {
        SnapshotEntry entry = change.entry();
        byte[] key = entry.key();
        return !isReserved(key, 0, key.length)
                && rules.passesDb(change.db())
                && ValueCategories.pass(rules, entry.type())
                && rules.passesKey(key, 0, key.length);
    }

    private Verdict judge(Change change, DbCommand dbCommand) {
        Command command = dbCommand.command();
        boolean reserved = mentionsReserved(command);
        if (rules.isEmpty() && !reserved && !isSpecial(command)) {
            return Verdict.KEPT;
        }
        Optional<CommandSpec> found = table.find(command);
        if (found.isEmpty()) {
            return judgeUnknown(change, dbCommand, reserved);
        }
        CommandSpec spec = found.get();
        if (!rules.passesCommand(spec.name()) || !rules.passesCategories(spec.categories())) {
            return Verdict.DROPPED;
        }
        return switch (spec.name()) {
            case "FLUSHALL" -> dbWide.flushAll(change, dbCommand);
            case "FLUSHDB" -> dbWide.flushDb(change, dbCommand);
            case "SFLUSH" -> dbWide.flushSlots(change, dbCommand);
            case "SWAPDB" -> dbWide.swapDb(change, dbCommand);
            case "CLUSTER" -> Verdict.DROPPED;
            case "SCRIPT" -> judgeScript(dbCommand);
            case "FUNCTION" -> inSomeDb(dbCommand);
            case "MOVE", "COPY" -> judgeAcrossDbs(change, dbCommand, spec, reserved);
            default ->
                    rules.passesDb(dbCommand.db())
                            ? judgeKeys(change, dbCommand, spec, reserved)
                            : Verdict.DROPPED;
        };
    }

    /** Commands that are looked at even without rules: a cheap look at length and first letter. */
    private static boolean isSpecial(Command command) {
        int length = command.argLength(0);
        if (length < 4 || length > 8) {
            return false;
        }
        return switch (command.resp()[command.argStart(0)] & ~0x20) {
            case 'F' -> command.argIs(0, "FLUSHALL") || command.argIs(0, "FLUSHDB");
            case 'S' ->
                    command.argIs(0, "SWAPDB")
                            || command.argIs(0, "SCRIPT")
                            || command.argIs(0, "SFLUSH");
            case 'C' -> command.argIs(0, "CLUSTER");
            case 'M' -> command.argIs(0, "MOVE");
            default -> false;
        };
    }

    private Verdict judgeUnknown(Change change, DbCommand dbCommand, boolean reserved) {
        Command command = dbCommand.command();
        if (!rules.passesDb(dbCommand.db())
                || (rules.hasCommandRules() && !rules.passesCommand(command.name()))) {
            return Verdict.DROPPED;
        }
        if (reserved || rules.hasKeyRules() || rules.hasCategoryRules()) {
            throw new UnknownCommandException(change, command);
        }
        return Verdict.KEPT;
    }

    private Verdict judgeScript(DbCommand script) {
        Command command = script.command();
        boolean never =
                command.argCount() > 1 && (command.argIs(1, "FLUSH") || command.argIs(1, "KILL"));
        return never ? Verdict.DROPPED : inSomeDb(script);
    }

    /** What belongs to no db goes in one that the target has, whichever was selected. */
    private Verdict inSomeDb(DbCommand dbCommand) {
        if (dbCommand.db() == 0 || rules.passesDb(dbCommand.db())) {
            return Verdict.KEPT;
        }
        int db = rules.namedDbs().flatMap(dbs -> dbs.stream().min(Integer::compare)).orElse(0);
        return Verdict.replacedBy(db, dbCommand.command());
    }

    private Verdict judgeAcrossDbs(
            Change change, DbCommand dbCommand, CommandSpec spec, boolean reserved) {
        if (judgeKeys(change, dbCommand, spec, reserved) == Verdict.DROPPED) {
            return Verdict.DROPPED;
        }
        if (spec.name().equals("MOVE")) {
            return dbWide.move(change, dbCommand);
        }
        int dbArg = DbWideCommands.copyDbArg(dbCommand.command());
        if (dbArg >= 0) {
            return dbWide.copy(change, dbCommand, dbArg);
        }
        return rules.passesDb(dbCommand.db()) ? Verdict.KEPT : Verdict.DROPPED;
    }

    private Verdict judgeKeys(
            Change change, DbCommand dbCommand, CommandSpec spec, boolean reserved) {
        if (spec.keys().isKeyless() || (!reserved && !rules.hasKeyRules())) {
            return Verdict.KEPT;
        }
        Command command = dbCommand.command();
        int[] keys = keyArgs(change, command, spec);
        int passing = 0;
        boolean touchesReserved = false;
        for (int key : keys) {
            if (isReserved(command, key)) {
                touchesReserved = true;
            } else if (passesKey(command, key)) {
                passing++;
            }
        }
        if (passing == keys.length) {
            // Also a script without keys, which nothing speaks against.
            return Verdict.KEPT;
        }
        if (passing == 0) {
            return Verdict.DROPPED;
        }
        int argsPerKey = argsPerKey(spec.name());
        if (argsPerKey > 0) {
            return Verdict.replacedBy(dbCommand.db(), reduced(command, keys, argsPerKey));
        }
        return touchesReserved ? Verdict.DROPPED : Verdict.KEPT;
    }

    static int[] keyArgs(Change change, Command command, CommandSpec spec) {
        try {
            return spec.keyArgs(command);
        } catch (IllegalArgumentException e) {
            throw new UnknownCommandException(change, command, e);
        }
    }

    /** For commands that can be split by key: the key and what belongs to it; otherwise 0. */
    private static int argsPerKey(String name) {
        return switch (name) {
            case "DEL", "UNLINK", "TOUCH" -> 1;
            case "MSET", "MSETNX" -> 2;
            default -> 0;
        };
    }

    private Command reduced(Command command, int[] keys, int argsPerKey) {
        List<byte[]> args = new ArrayList<>(command.argCount());
        args.add(command.arg(0));
        for (int key : keys) {
            if (!isReserved(command, key) && passesKey(command, key)) {
                for (int i = key; i < key + argsPerKey && i < command.argCount(); i++) {
                    args.add(command.arg(i));
                }
            }
        }
        return Command.of(args);
    }

    private boolean passesKey(Command command, int arg) {
        return rules.passesKey(command.resp(), command.argStart(arg), command.argLength(arg));
    }

    private static boolean mentionsReserved(Command command) {
        for (int i = 1; i < command.argCount(); i++) {
            if (isReserved(command, i)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isReserved(Command command, int arg) {
        return command.argStartsWith(arg, RESERVED);
    }

    /** Whether the key at this place is one of the product's own. */
    static boolean isReserved(byte[] in, int start, int length) {
        return length >= RESERVED.length
                && Arrays.equals(in, start, start + RESERVED.length, RESERVED, 0, RESERVED.length);
    }
}

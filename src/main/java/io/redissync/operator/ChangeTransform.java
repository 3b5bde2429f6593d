package io.redissync.operator;

import io.redissync.command.Change;
import io.redissync.command.Command;
import io.redissync.command.CommandSpec;
import io.redissync.command.CommandTable;
import io.redissync.command.DbCommand;
import io.redissync.command.SnapshotEntry;
import io.redissync.command.Texts;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Gives dbs and keys the names that they have on the target; positions stay, they are the source's.
 *
 * <p>Dbs that stand in arguments (SWAPDB, MOVE, COPY … DB) and the patterns of SORT's BY and GET
 * are changed too. Keys in scripts that do not declare them, prefixes in FT.CREATE and channels are
 * not.
 */
public final class ChangeTransform {

    private final TransformRules rules;
    private final CommandTable table;

    public ChangeTransform(TransformRules rules, CommandTable table) {
        this.rules = rules;
        this.table = table;
    }

    /**
     * Transforms a change.
     *
     * @return the same instance when nothing changes
     * @throws UnknownCommandException when keys are to be changed and the command is not known
     * @throws ReservedKeyException when a key would become one of the product's own
     */
    @SuppressWarnings("ReferenceEquality") // The same instance says that nothing changed.
    public Change apply(Change change) {
        if (rules.isEmpty()) {
            return change;
        }
        if (change instanceof Change.Single single) {
            DbCommand command = single.command();
            DbCommand changed = transform(change, command);
            return changed == command
                    ? change
                    : new Change.Single(change.shard(), change.lane(), change.position(), changed);
        }
        if (change instanceof Change.Transaction transaction) {
            return applyTransaction(transaction);
        }
        if (change instanceof Change.Entry entry) {
            return applyEntry(entry);
        }
        return change;
    }

    @SuppressWarnings("ReferenceEquality") // The same instance says that nothing changed.
    private Change applyTransaction(Change.Transaction change) {
        List<DbCommand> commands = change.commands();
        DbCommand[] changed = new DbCommand[commands.size()];
        boolean any = false;
        for (int i = 0; i < changed.length; i++) {
            changed[i] = transform(change, commands.get(i));
            any |= changed[i] != commands.get(i);
        }
        return any
                ? new Change.Transaction(
                        change.shard(), change.lane(), change.position(), Arrays.asList(changed))
                : change;
    }

    private Change applyEntry(Change.Entry change) {
        SnapshotEntry entry = change.entry();
        int db = rules.targetDb(change.db());
        byte[] key = newKey(change, entry.key(), 0, entry.key().length);
        if (db == change.db() && key == null) {
            return change;
        }
        return new Change.Entry(
                change.shard(),
                change.lane(),
                change.position(),
                db,
                key == null ? entry : entry.withKey(key));
    }

    private DbCommand transform(Change change, DbCommand dbCommand) {
        int db = rules.targetDb(dbCommand.db());
        Command command = dbCommand.command();
        byte[][] args = null;
        if (rules.changesDbs()) {
            args = newDbArgs(command);
        }
        if (rules.changesKeys()) {
            args = newKeys(change, command, args);
        }
        if (args != null) {
            return new DbCommand(db, encode(command, args));
        }
        return db == dbCommand.db() ? dbCommand : new DbCommand(db, command);
    }

    /** The new arguments in their places and null elsewhere; null when none is new. */
    private byte[][] newDbArgs(Command command) {
        int[] places;
        if (command.argIs(0, "SWAPDB")) {
            places = new int[] {1, 2};
        } else if (command.argIs(0, "MOVE")) {
            places = new int[] {2};
        } else if (command.argIs(0, "COPY")) {
            int place = DbWideCommands.copyDbArg(command);
            places = place < 0 ? new int[0] : new int[] {place};
        } else {
            return null;
        }
        byte[][] args = null;
        for (int place : places) {
            if (place < command.argCount()) {
                String text = command.argText(place);
                String mapped = mappedDb(text);
                if (!mapped.equals(text)) {
                    args = args == null ? new byte[command.argCount()][] : args;
                    args[place] = mapped.getBytes(StandardCharsets.US_ASCII);
                }
            }
        }
        return args;
    }

    private String mappedDb(String text) {
        try {
            return Integer.toString(rules.targetDb(Integer.parseInt(text)));
        } catch (NumberFormatException e) {
            // The filter before has refused what is no number.
            return text;
        }
    }

    private byte[][] newKeys(Change change, Command command, byte[][] dbArgs) {
        Optional<CommandSpec> spec = table.find(command);
        if (spec.isEmpty()) {
            throw new UnknownCommandException(change, command);
        }
        byte[][] args = dbArgs;
        for (int arg : ChangeFilter.keyArgs(change, command, spec.get())) {
            byte[] key =
                    newKey(change, command.resp(), command.argStart(arg), command.argLength(arg));
            if (key != null) {
                args = args == null ? new byte[command.argCount()][] : args;
                args[arg] = key;
            }
        }
        if (spec.get().name().equals("SORT")) {
            args = newPatterns(change, command, args);
        }
        return args;
    }

    /** The key's new name, or null when it keeps its own. */
    private byte[] newKey(Change change, byte[] in, int start, int length) {
        TransformRules.PrefixRule rule = rules.ruleFor(in, start, length);
        if (rule == null) {
            return null;
        }
        byte[] key = rule.apply(in, start, length);
        if (ChangeFilter.isReserved(key, 0, key.length)) {
            throw new ReservedKeyException(
                    change, Arrays.copyOfRange(in, start, start + length), key);
        }
        return key;
    }

    /** BY and GET name keys by a pattern, whose part before the star is treated as a key's. */
    private byte[][] newPatterns(Change change, Command sort, byte[][] keyArgs) {
        byte[][] args = keyArgs;
        for (int i = 2; i + 1 < sort.argCount(); i++) {
            if (sort.argIs(i, "LIMIT")) {
                i += 2;
            } else if (sort.argIs(i, "STORE")) {
                i++;
            } else if (sort.argIs(i, "BY") || sort.argIs(i, "GET")) {
                i++;
                byte[] pattern = newPattern(change, sort, sort.arg(i));
                if (pattern != null) {
                    args = args == null ? new byte[sort.argCount()][] : args;
                    args[i] = pattern;
                }
            }
        }
        return args;
    }

    private byte[] newPattern(Change change, Command sort, byte[] pattern) {
        int star = 0;
        while (star < pattern.length && pattern[star] != '*') {
            star++;
        }
        if (star == pattern.length) {
            // Names no key: "nosort", or "#" for the element itself.
            return null;
        }
        byte[] literal = Arrays.copyOf(pattern, star);
        for (TransformRules.PrefixRule rule : rules.prefixes()) {
            if (rule.matches(literal, 0, literal.length)) {
                return rule.apply(pattern, 0, pattern.length);
            }
            if (rule.matchesSomeBehind(literal)) {
                throw new AmbiguousPatternException(change, sort, Texts.printable(pattern, 64));
            }
        }
        return null;
    }

    private static Command encode(Command command, byte[][] changed) {
        List<byte[]> args = new ArrayList<>(command.argCount());
        for (int i = 0; i < command.argCount(); i++) {
            args.add(changed[i] != null ? changed[i] : command.arg(i));
        }
        return Command.of(args);
    }
}

package io.redissync.operator;

import io.redissync.command.Change;
import io.redissync.command.Command;
import io.redissync.command.DbCommand;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides what becomes of commands that act on whole dbs or on two: FLUSHALL, FLUSHDB, SWAPDB, MOVE
 * and COPY … DB, under the rules on dbs.
 *
 * <p>What it answers is in source dbs; the transform maps them. What cannot be exact is refused or
 * left out by {@link FlushPolicy}. Rules on keys do not matter to flushes: they concern every key
 * of a db.
 */
final class DbWideCommands {

    private static final Logger LOG = LoggerFactory.getLogger(DbWideCommands.class);

    private static final Command FLUSHDB = Command.ofText("FLUSHDB");
    private static final byte[] DEL = "DEL".getBytes(StandardCharsets.US_ASCII);

    private final FilterRules rules;
    private final TransformRules transform;
    private final FlushPolicy policy;
    private final TargetLanes lanes;

    DbWideCommands(
            FilterRules rules, TransformRules transform, FlushPolicy policy, TargetLanes lanes) {
        this.rules = rules;
        this.transform = transform;
        this.policy = policy;
        this.lanes = lanes;
    }

    /**
     * As it is with one lane and no rules on dbs; a FLUSHDB of each allowed db when the rules name
     * them. The db that was selected does not matter.
     */
    Verdict flushAll(Change change, DbCommand flush) {
        Set<Integer> passing = rules.namedDbs().orElse(null);
        if (passing != null && passing.isEmpty()) {
            return Verdict.DROPPED;
        }
        if (lanes == TargetLanes.SEVERAL) {
            return refuse(change, flush, "it would drop what other lanes wrote to the target");
        }
        if (!rules.hasDbRules() && !transform.changesDbs()) {
            return Verdict.KEPT;
        }
        if (passing == null) {
            return refuse(
                    change,
                    flush,
                    "which dbs to empty is not known when dbs are blocked or mapped without a list"
                            + " of the allowed ones");
        }
        List<DbCommand> flushes = new ArrayList<>();
        Set<Integer> emptied = new HashSet<>();
        for (int db : new TreeSet<>(passing)) {
            if (emptied.add(transform.targetDb(db))) {
                flushes.add(new DbCommand(db, FLUSHDB));
            }
        }
        return new Verdict(flushes);
    }

    Verdict flushDb(Change change, DbCommand flush) {
        if (!rules.passesDb(flush.db())) {
            return Verdict.DROPPED;
        }
        if (lanes == TargetLanes.SEVERAL) {
            return refuse(change, flush, "it would drop what other lanes wrote to the target's db");
        }
        return isShared(flush.db()) ? refuse(change, flush, sharedDb(flush.db())) : Verdict.KEPT;
    }

    /** SFLUSH empties ranges of slots, which only a cluster has: never exact here. */
    Verdict flushSlots(Change change, DbCommand flush) {
        return refuse(change, flush, "it empties hash slots, which a target may lay out otherwise");
    }

    /** The two dbs that it names count; the selected one does not. */
    Verdict swapDb(Change change, DbCommand swap) {
        int first = number(change, swap.command(), 1);
        int second = number(change, swap.command(), 2);
        boolean firstPasses = rules.passesDb(first);
        if (first == second || (!firstPasses && !rules.passesDb(second))) {
            return Verdict.DROPPED;
        }
        if (firstPasses != rules.passesDb(second)) {
            return refuse(change, swap, "one of the two dbs is filtered out");
        }
        if (lanes == TargetLanes.SEVERAL) {
            return refuse(change, swap, "it would move what other lanes wrote to the target");
        }
        if (isShared(first) || isShared(second)) {
            return refuse(change, swap, sharedDb(isShared(first) ? first : second));
        }
        return rules.passesDb(swap.db()) ? Verdict.KEPT : Verdict.replacedBy(first, swap.command());
    }

    /** A key that leaves the allowed dbs is deleted; one that enters them has an unknown value. */
    Verdict move(Change change, DbCommand move) {
        int to = number(change, move.command(), 2);
        boolean toPasses = rules.passesDb(to);
        if (rules.passesDb(move.db())) {
            if (!toPasses) {
                return Verdict.replacedBy(move.db(), Command.of(DEL, move.command().arg(1)));
            }
            return transform.targetDb(move.db()) == transform.targetDb(to)
                    ? Verdict.DROPPED
                    : Verdict.KEPT;
        }
        return toPasses
                ? refuse(change, move, "the key comes from a db that is filtered out")
                : Verdict.DROPPED;
    }

    /** A copy with a db of its own: nothing to do when it ends in a db that is filtered out. */
    Verdict copy(Change change, DbCommand copy, int dbArg) {
        if (!rules.passesDb(number(change, copy.command(), dbArg))) {
            return Verdict.DROPPED;
        }
        return rules.passesDb(copy.db())
                ? Verdict.KEPT
                : refuse(change, copy, "the key comes from a db that is filtered out");
    }

    /** Index of the number behind COPY's DB, or -1. */
    static int copyDbArg(Command copy) {
        for (int i = 3; i + 1 < copy.argCount(); i++) {
            if (copy.argIs(i, "DB")) {
                return i + 1;
            }
        }
        return -1;
    }

    private boolean isShared(int db) {
        int target = transform.targetDb(db);
        for (int source : transform.sourcesOf(target)) {
            if (source != db && rules.passesDb(source)) {
                return true;
            }
        }
        return false;
    }

    private String sharedDb(int db) {
        return "the target's db " + transform.targetDb(db) + " also holds another db of the source";
    }

    private static int number(Change change, Command command, int arg) {
        try {
            return Integer.parseInt(command.argText(arg));
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new UnknownCommandException(
                    change,
                    command,
                    new IllegalArgumentException("argument " + arg + " is no number of a db", e));
        }
    }

    private Verdict refuse(Change change, DbCommand command, String why) {
        if (policy == FlushPolicy.FAIL) {
            throw new KeylessCommandException(change, command.command(), why);
        }
        LOG.warn(
                "shard {}, {}: left out {} in db {}: {}",
                change.shard(),
                change.position(),
                command.command(),
                command.db(),
                why);
        return Verdict.DROPPED;
    }
}

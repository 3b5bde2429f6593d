package io.redissync.operator;

import io.redissync.command.Command;
import io.redissync.command.DbCommand;
import java.util.List;

/**
 * What the filter makes of one command.
 *
 * @param commands what stands in its place, in source dbs and order
 */
record Verdict(List<DbCommand> commands) {

    /** The command passes as it is; told apart by identity. */
    static final Verdict KEPT = new Verdict(List.of());

    /** Nothing is left of it. */
    static final Verdict DROPPED = new Verdict(List.of());

    static Verdict replacedBy(int db, Command command) {
        return new Verdict(List.of(new DbCommand(db, command)));
    }
}

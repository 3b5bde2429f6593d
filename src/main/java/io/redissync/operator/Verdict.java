package io.redissync.operator;

import io.redissync.command.Command;
import io.redissync.command.DbCommand;
import java.util.List;

/**
 * What the filter makes of one command; {@link #KEPT} and {@link #DROPPED} are told by identity.
 */
final class Verdict {

    /** The command passes as it is. */
    static final Verdict KEPT = new Verdict(List.of());

    /** Nothing is left of it. */
    static final Verdict DROPPED = new Verdict(List.of());

    private final List<DbCommand> commands;

    /**
     * Says what stands in the command's place.
     *
     * @param commands in source dbs and order
     */
    Verdict(List<DbCommand> commands) {
        this.commands = commands;
    }

    static Verdict replacedBy(int db, Command command) {
        return new Verdict(List.of(new DbCommand(db, command)));
    }

    /** What is left; nothing for {@link #KEPT}, whose command stays itself. */
    List<DbCommand> commands() {
        return commands;
    }
}

package io.redissync.operator;

import io.redissync.command.Change;
import io.redissync.command.Command;

/** A command on whole dbs that cannot be carried over exactly under the rules in force. */
public final class KeylessCommandException extends ChangeException {

    private static final long serialVersionUID = 1L;

    KeylessCommandException(Change change, Command command, String why) {
        super(
                change,
                command,
                why,
                "set on-flush to ignore to leave such commands out (the target then keeps what the"
                        + " source dropped or moved), or block the command by name",
                null);
    }
}

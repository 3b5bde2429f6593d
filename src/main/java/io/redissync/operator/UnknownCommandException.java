package io.redissync.operator;

import io.redissync.command.Change;
import io.redissync.command.Command;

/** A command whose keys are not known, where rules on keys or categories need them. */
public final class UnknownCommandException extends ChangeException {

    private static final long serialVersionUID = 1L;

    private static final String WHAT_TO_DO =
            "block the command by name if the target need not have it, or take away the rules on"
                    + " keys and categories";

    UnknownCommandException(Change change, Command command) {
        super(
                change,
                command,
                "this release does not know which of its arguments are keys",
                WHAT_TO_DO,
                null);
    }

    UnknownCommandException(Change change, Command command, IllegalArgumentException cause) {
        super(
                change,
                command,
                "its arguments are not as this release knows them: " + cause.getMessage(),
                WHAT_TO_DO,
                cause);
    }
}

package io.redissync.operator;

import io.redissync.command.Change;
import io.redissync.command.Command;

/** A SORT whose BY or GET pattern stands for keys of which only some would be renamed. */
public final class AmbiguousPatternException extends ChangeException {

    private static final long serialVersionUID = 1L;

    AmbiguousPatternException(Change change, Command command, String pattern) {
        super(
                change,
                command,
                "its pattern " + pattern + " stands for keys of which a prefix rule changes some",
                "change the prefix rules or block SORT",
                null);
    }
}

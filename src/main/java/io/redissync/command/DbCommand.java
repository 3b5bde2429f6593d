package io.redissync.command;

import java.util.Objects;

/**
 * A command with the db that it runs in.
 *
 * @param db number of the selected db
 * @param command the command
 */
public record DbCommand(int db, Command command) {
    public DbCommand {
        Objects.requireNonNull(command, "command");
        if (db < 0) {
            throw new IllegalArgumentException("db: " + db + " (expected: >= 0)");
        }
    }
}

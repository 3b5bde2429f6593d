package io.redissync.connection;

/**
 * An error reply of a server.
 *
 * @param message the reply without the leading {@code -} and without values that it repeats
 */
public record RedisError(String message) {

    public RedisError {
        // "ERR unknown command 'X', with args beginning with: …" shows values, which may be secret.
        int values = message.indexOf(", with args beginning with:");
        if (values >= 0) {
            message = message.substring(0, values);
        }
    }

    /** The first word, which names the kind of error: ERR, WRONGTYPE, OOM, READONLY, … */
    public String code() {
        int space = message.indexOf(' ');
        return space < 0 ? message : message.substring(0, space);
    }

    @Override
    public String toString() {
        return message;
    }
}

package io.redissync.connection;

/**
 * An error reply of a server.
 *
 * @param message the whole reply without the leading {@code -}
 */
public record RedisError(String message) {

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

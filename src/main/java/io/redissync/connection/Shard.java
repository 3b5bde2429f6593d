package io.redissync.connection;

import java.io.Serializable;

/**
 * One source master under an id that survives a change of its address.
 *
 * @param id letters, digits, dot, dash and underscore; part of the marker keys
 * @param address where the master is now
 */
public record Shard(String id, Address address) implements Serializable {

    public Shard {
        if (!id.matches("[A-Za-z0-9._-]{1,64}")) {
            throw new IllegalArgumentException(
                    "shard id: "
                            + id
                            + " (expected: 1 to 64 letters, digits, dots, dashes, underscores)");
        }
    }

    /**
     * Reads {@code host:port} or {@code id@host:port}.
     *
     * @param defaultId the id when the text names none: the place in the list of addresses
     */
    public static Shard parse(String text, String defaultId) {
        int at = text.indexOf('@');
        String id = at < 0 ? defaultId : text.substring(0, at).strip();
        return new Shard(id, Address.parse(text.substring(at + 1).strip()));
    }

    @Override
    public String toString() {
        return id + "@" + address;
    }
}

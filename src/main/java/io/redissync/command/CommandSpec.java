package io.redissync.command;

import java.util.Objects;
import java.util.Set;

/**
 * What is known of a command.
 *
 * @param name in upper case, without a subcommand
 * @param categories in lower case: string, list, set, sortedset, hash, stream, hyperloglog, geo,
 *     bitmap, generic (keyspace, as ACL calls it), pubsub, scripting, transaction, connection,
 *     server, cluster, and those of modules (json, bloom, timeseries, search, vectorset)
 * @param keys which of its arguments are keys
 */
public record CommandSpec(String name, Set<String> categories, KeyRule keys) {

    public CommandSpec {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(keys, "keys");
        categories = Set.copyOf(categories);
    }

    /**
     * The indexes of the key arguments, ascending; 0 would be the name.
     *
     * @throws IllegalArgumentException when the command has not the shape that its rule describes
     */
    public int[] keyArgs(Command command) {
        return keys.keyArgs(command);
    }
}

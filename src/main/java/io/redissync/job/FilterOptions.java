package io.redissync.job;

import static org.apache.flink.configuration.ConfigOptions.key;

import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.ConfigOption;

/**
 * Options that choose what is copied and change it on the way. An empty allow list allows all;
 * block lists win over allow lists; filters see the names of the source.
 */
public final class FilterOptions {

    public static final ConfigOption<List<Integer>> DB_ALLOW =
            key("filter.db.allow")
                    .intType()
                    .asList()
                    .defaultValues()
                    .withDescription("Source dbs to copy; empty: all.");

    public static final ConfigOption<List<Integer>> DB_BLOCK =
            key("filter.db.block")
                    .intType()
                    .asList()
                    .defaultValues()
                    .withDescription("Source dbs to leave out.");

    public static final ConfigOption<List<String>> KEY_ALLOW_PREFIX =
            strings("filter.key.allow-prefix", "Copy keys that begin with one of these.");

    public static final ConfigOption<List<String>> KEY_BLOCK_PREFIX =
            strings("filter.key.block-prefix", "Leave out keys that begin with one of these.");

    public static final ConfigOption<List<String>> KEY_ALLOW_SUFFIX =
            strings("filter.key.allow-suffix", "Copy keys that end with one of these.");

    public static final ConfigOption<List<String>> KEY_BLOCK_SUFFIX =
            strings("filter.key.block-suffix", "Leave out keys that end with one of these.");

    public static final ConfigOption<List<String>> KEY_ALLOW_GLOB =
            strings("filter.key.allow-glob", "Copy keys that match one of these as KEYS does.");

    public static final ConfigOption<List<String>> KEY_BLOCK_GLOB =
            strings(
                    "filter.key.block-glob",
                    "Leave out keys that match one of these as KEYS does.");

    public static final ConfigOption<List<String>> KEY_ALLOW_REGEX =
            strings(
                    "filter.key.allow-regex",
                    "Copy keys that match one of these regular expressions (RE2) as a whole.");

    public static final ConfigOption<List<String>> KEY_BLOCK_REGEX =
            strings(
                    "filter.key.block-regex",
                    "Leave out keys that match one of these regular expressions (RE2) as a"
                            + " whole.");

    public static final ConfigOption<List<String>> COMMAND_ALLOW =
            strings(
                    "filter.command.allow",
                    "Commands to copy in the stream, by name without a subcommand; empty: all.");

    public static final ConfigOption<List<String>> COMMAND_BLOCK =
            strings(
                    "filter.command.block",
                    "Commands to leave out in the stream, by name without a subcommand.");

    public static final ConfigOption<List<String>> CATEGORY_ALLOW =
            strings(
                    "filter.category.allow",
                    "Categories to copy, of commands in the stream and of values in the snapshot:"
                            + " string, list, set, sortedset, hash, stream, generic, …; empty:"
                            + " all.");

    public static final ConfigOption<List<String>> CATEGORY_BLOCK =
            strings(
                    "filter.category.block",
                    "Categories to leave out, in the stream and in the snapshot.");

    public static final ConfigOption<Map<String, String>> DB_MAP =
            key("transform.db-map")
                    .mapType()
                    .defaultValue(Map.of())
                    .withDescription(
                            "Source db to target db, 0:5,1:6; a db that is not named keeps its"
                                    + " number.");

    public static final ConfigOption<String> KEY_STRIP_PREFIX =
            key("transform.key.strip-prefix")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Taken away from keys that begin with it and that no"
                                    + " replace-prefix changes; add-prefix takes its place.");

    public static final ConfigOption<String> KEY_ADD_PREFIX =
            key("transform.key.add-prefix")
                    .stringType()
                    .noDefaultValue()
                    .withDescription("Put in front of every key that no replace-prefix changes.");

    public static final ConfigOption<Map<String, String>> KEY_REPLACE_PREFIX =
            key("transform.key.replace-prefix")
                    .mapType()
                    .defaultValue(Map.of())
                    .withDescription(
                            "Old prefix to new prefix, old:new,…; of several that fit a key"
                                    + " the first counts, alone. In the text \\: and"
                                    + " \\, stand for the characters themselves (user\\::account\\:).");

    private static ConfigOption<List<String>> strings(String key, String description) {
        return key(key).stringType().asList().defaultValues().withDescription(description);
    }

    private FilterOptions() {}
}

package io.redissync.job;

import com.google.re2j.PatternSyntaxException;
import io.redissync.command.CommandTable;
import io.redissync.connection.Address;
import io.redissync.connection.Shard;
import io.redissync.operator.KeyPattern;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;

/** Checks of values that have the right type: ranges, patterns, addresses, contradictions. */
final class ConfigChecks {

    private static final Duration MIN_CHECKPOINT_INTERVAL = Duration.ofMillis(100);
    private static final Duration MAX_DURATION = Duration.ofDays(3650);
    private static final Duration MAX_TIMEOUT = Duration.ofMillis(Integer.MAX_VALUE);

    private static final MemorySize MAX_BATCH = MemorySize.ofMebiBytes(1024);

    private final Configuration values;
    private final Set<String> unreadable;
    private final List<String> problems;

    /**
     * @param unreadable keys whose value has the wrong type: said already, and not missing
     */
    ConfigChecks(Configuration values, Set<String> unreadable, List<String> problems) {
        this.values = values;
        this.unreadable = unreadable;
        this.problems = problems;
    }

    void checkValues() {
        check(
                SyncOptions.NAME,
                v -> v.matches("[A-Za-z0-9._-]{1,64}"),
                "1 to 64 letters, digits, dots, dashes, underscores");
        check(
                SyncOptions.CHECKPOINT_INTERVAL,
                v -> v.compareTo(MIN_CHECKPOINT_INTERVAL) >= 0 && v.compareTo(MAX_DURATION) <= 0,
                "at least 100 ms");
        check(SyncOptions.PROGRESS_INTERVAL, ConfigChecks::isPositive, "more than 0");
        check(SyncOptions.REST_PORT, v -> v >= 0 && v <= 65535, "0 to 65535");
        check(SourceOptions.MAX_CONCURRENT_FULL_SYNCS, v -> v >= 0, "0 or more");
        check(SourceOptions.PSYNC_COMMAND, v -> v.matches("[!-~]+"), "one word");
        for (ConfigOption<Duration> option :
                List.of(
                        SourceOptions.CONNECT_TIMEOUT,
                        SourceOptions.TIMEOUT,
                        TargetOptions.CONNECT_TIMEOUT,
                        TargetOptions.TIMEOUT)) {
            check(
                    option,
                    v -> isPositive(v) && v.compareTo(MAX_TIMEOUT) <= 0,
                    "1 ms to 24 days, with its unit");
        }
        check(SinkOptions.RETRY_TIMEOUT, v -> v.compareTo(MAX_DURATION) <= 0, "10 years at most");
        check(TargetOptions.TTL_SLACK, v -> v.compareTo(MAX_DURATION) <= 0, "10 years at most");
        check(SinkOptions.MAX_COMMANDS_PER_SECOND, v -> v >= 0, "0 or more");
        check(SinkOptions.BATCH_MAX_COMMANDS, v -> v >= 1, "1 or more");
        check(SinkOptions.IN_FLIGHT_BATCHES, v -> v >= 1, "1 or more");
        for (ConfigOption<MemorySize> option :
                List.of(
                        SinkOptions.BATCH_MAX_BYTES,
                        SinkOptions.BUFFER_BYTES,
                        SinkOptions.SPOOL_MAX_BYTES,
                        SinkOptions.SPOOL_SEGMENT_BYTES)) {
            check(option, v -> v.getBytes() > 0, "more than 0");
        }
        check(
                SinkOptions.BATCH_MAX_BYTES,
                v -> v.compareTo(MAX_BATCH) <= 0,
                "1 gb at most, what one array holds");
        checkNotAbove(SinkOptions.BATCH_MAX_BYTES, SinkOptions.BUFFER_BYTES);
        checkNotAbove(SinkOptions.SPOOL_SEGMENT_BYTES, SinkOptions.SPOOL_MAX_BYTES);
        checkFilters();
        checkNames();
    }

    private void checkFilters() {
        for (ConfigOption<List<Integer>> option :
                List.of(FilterOptions.DB_ALLOW, FilterOptions.DB_BLOCK)) {
            check(option, v -> v.stream().allMatch(db -> db >= 0), "db numbers, 0 or more");
        }
        check(
                FilterOptions.DB_MAP,
                v -> v.entrySet().stream().allMatch(e -> isDb(e.getKey()) && isDb(e.getValue())),
                "db:db pairs, as 0:5,1:6");
        for (ConfigOption<List<String>> option :
                List.of(FilterOptions.KEY_ALLOW_REGEX, FilterOptions.KEY_BLOCK_REGEX)) {
            for (String regex : values.getOptional(option).orElse(List.of())) {
                try {
                    KeyPattern.of(KeyPattern.Kind.REGEX, regex);
                } catch (IllegalArgumentException e) {
                    String why =
                            e.getCause() instanceof PatternSyntaxException syntax
                                    ? ": " + Problems.quote(syntax.getDescription())
                                    : "";
                    problems.add(
                            option.key()
                                    + ": "
                                    + Problems.quote(regex)
                                    + why
                                    + " (expected: a regular expression of RE2, which has no"
                                    + " look-around and no back references)");
                }
            }
        }
    }

    private void checkNames() {
        for (ConfigOption<List<String>> option :
                List.of(FilterOptions.COMMAND_ALLOW, FilterOptions.COMMAND_BLOCK)) {
            check(
                    option,
                    v -> v.stream().allMatch(name -> name.matches("[!-~&&[^|]]+")),
                    "names of commands without a subcommand");
        }
        Set<String> known = new TreeSet<>();
        CommandTable.standard().specs().forEach(spec -> known.addAll(spec.categories()));
        for (ConfigOption<List<String>> option :
                List.of(FilterOptions.CATEGORY_ALLOW, FilterOptions.CATEGORY_BLOCK)) {
            check(
                    option,
                    v -> v.stream().allMatch(name -> known.contains(name.toLowerCase(Locale.ROOT))),
                    "of " + String.join(", ", known));
        }
    }

    /** The shards of {@code source.addresses}, as far as they can be read. */
    List<Shard> shards() {
        List<Shard> shards = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        Set<Address> addresses = new HashSet<>();
        List<String> texts = required(SourceOptions.ADDRESSES);
        for (int i = 0; i < texts.size(); i++) {
            try {
                Shard shard = Shard.parse(texts.get(i), Integer.toString(i));
                if (!ids.add(shard.id())) {
                    problems.add(
                            "source.addresses: shard id "
                                    + shard.id()
                                    + " twice (expected: unique ids; an entry without one has its"
                                    + " place, from 0)");
                }
                if (!addresses.add(shard.address())) {
                    problems.add(
                            "source.addresses: "
                                    + shard.address()
                                    + " twice (expected: every master once)");
                }
                shards.add(shard);
            } catch (IllegalArgumentException e) {
                problems.add(badEntry(SourceOptions.ADDRESSES, i, texts.get(i), e));
            }
        }
        return List.copyOf(shards);
    }

    /** The addresses of {@code target.addresses}, as far as they can be read. */
    List<Address> targets() {
        List<Address> addresses = new ArrayList<>();
        List<String> texts = required(TargetOptions.ADDRESSES);
        for (int i = 0; i < texts.size(); i++) {
            try {
                addresses.add(Address.parse(texts.get(i).strip()));
            } catch (IllegalArgumentException e) {
                problems.add(badEntry(TargetOptions.ADDRESSES, i, texts.get(i), e));
            }
        }
        if (texts.size() > 1) {
            problems.add(
                    "target.addresses: "
                            + texts.size()
                            + " addresses (expected: exactly one in this release)");
        }
        return addresses;
    }

    void checkBothEnds(List<Shard> shards, List<Address> targets) {
        for (Shard shard : shards) {
            if (targets.contains(shard.address())) {
                problems.add(
                        "target.addresses: "
                                + shard.address()
                                + " is also in source.addresses (expected: another server)");
            }
        }
    }

    private List<String> required(ConfigOption<List<String>> option) {
        List<String> texts = values.getOptional(option).orElse(List.of());
        if (texts.isEmpty() && !unreadable.contains(option.key())) {
            problems.add(option.key() + ": missing (expected: " + expectedAddress(option) + ")");
        }
        return texts;
    }

    private static String expectedAddress(ConfigOption<?> option) {
        return option.equals(SourceOptions.ADDRESSES)
                ? "[id@]host:port[,[id@]host:port…]"
                : "host:port";
    }

    private static String badEntry(
            ConfigOption<?> option, int index, String text, IllegalArgumentException cause) {
        // A URL or user:password@host is the likely mistake, and holds a password.
        boolean mayHoldPassword = text.indexOf('@') >= 0 || text.indexOf('/') >= 0;
        return option.key()
                + ": "
                + (mayHoldPassword
                        ? "entry "
                                + (index + 1)
                                + " (expected: "
                                + expectedAddress(option)
                                + "; user and password are options of their own)"
                        : Problems.quote(cause.getMessage()));
    }

    private <T> void check(ConfigOption<T> option, Predicate<T> valid, String expected) {
        values.getOptional(option)
                .filter(valid.negate())
                .ifPresent(
                        value ->
                                problems.add(
                                        option.key()
                                                + ": "
                                                + show(option, value)
                                                + " (expected: "
                                                + expected
                                                + ")"));
    }

    private void checkNotAbove(ConfigOption<MemorySize> part, ConfigOption<MemorySize> whole) {
        if (values.get(part).compareTo(values.get(whole)) > 0) {
            problems.add(
                    part.key()
                            + ": "
                            + show(part, values.get(part))
                            + " (expected: not more than "
                            + whole.key()
                            + ", "
                            + show(whole, values.get(whole))
                            + ")");
        }
    }

    private static String show(ConfigOption<?> option, Object value) {
        return Problems.quote(OptionCatalog.find(option.key()).orElseThrow().type().show(value));
    }

    private static boolean isPositive(Duration duration) {
        return duration.toMillis() > 0;
    }

    private static boolean isDb(String text) {
        return text.matches("[0-9]{1,9}");
    }
}

package io.redissync.job;

import io.redissync.connection.Address;
import io.redissync.connection.ConnectionSettings;
import io.redissync.connection.Shard;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;

/**
 * The options of one run, read and checked as a whole before anything connects; secrets are only in
 * the connection settings, which do not show them.
 */
public final class SyncConfig {

    private final Configuration configuration;
    private final Configuration flinkOverrides;
    private final ConnectionSettings source;
    private final ConnectionSettings target;
    private final List<Shard> shards;
    private final Address targetAddress;
    private final boolean local;
    private final String logDir;

    private SyncConfig(
            Configuration configuration,
            Configuration flinkOverrides,
            ConnectionSettings source,
            ConnectionSettings target,
            List<Shard> shards,
            Address targetAddress,
            GivenOptions given) {
        this.configuration = configuration;
        this.flinkOverrides = flinkOverrides;
        this.source = source;
        this.target = target;
        this.shards = shards;
        this.targetAddress = targetAddress;
        this.local = given.isLocal();
        this.logDir = given.logDir();
    }

    /**
     * Reads {@code --key=value}, {@code --key value} and {@code --config FILE} (YAML, nested or
     * flat; the command line wins), and resolves passwords from the environment and files.
     *
     * @throws ConfigException with every problem there is
     */
    public static SyncConfig load(String[] args) {
        return load(args, System::getenv);
    }

    static SyncConfig load(String[] args, UnaryOperator<String> environment) {
        GivenOptions given = GivenOptions.read(args);
        List<String> problems = given.problems();
        Configuration flink = new Configuration();
        Configuration values = new Configuration();
        Set<String> unreadable = new HashSet<>();
        if (given.isFileUnknown()) {
            OptionCatalog.all().stream()
                    .filter(OptionCatalog.Entry::isRequired)
                    .forEach(entry -> unreadable.add(entry.key()));
        }
        given.values()
                .forEach(
                        (key, value) -> {
                            if (key.startsWith(OptionCatalog.FLINK_PREFIX)) {
                                setFlink(flink, key, value, problems);
                            } else if (!set(values, key, value, problems)) {
                                unreadable.add(key);
                            }
                        });

        ConfigChecks checks = new ConfigChecks(values, unreadable, problems);
        checks.checkValues();
        List<Shard> shards = checks.shards();
        List<Address> targets = checks.targets();
        checks.checkBothEnds(shards, targets);
        EndOptions.Where where =
                given.isLocal() ? EndOptions.Where.THIS_MACHINE : EndOptions.Where.CLUSTER;
        ConnectionSettings source =
                EndOptions.SOURCE.read(values, unreadable, environment, where, problems);
        ConnectionSettings target =
                EndOptions.TARGET.read(values, unreadable, environment, where, problems);
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        EndOptions.SOURCE.removeSecrets(values);
        EndOptions.TARGET.removeSecrets(values);
        return new SyncConfig(values, flink, source, target, shards, targets.get(0), given);
    }

    @SuppressWarnings("unchecked")
    private static boolean set(
            Configuration values, String key, Object given, List<String> problems) {
        OptionCatalog.Entry entry = OptionCatalog.find(key).orElse(null);
        if (entry == null) {
            problems.add(UnknownKey.message(key));
            return true;
        }
        try {
            values.set((ConfigOption<Object>) entry.option(), entry.type().read(given));
            return true;
        } catch (IllegalArgumentException e) {
            String shown =
                    given.equals("") ? "empty" : entry.isSecret() ? "unusable" : oneLine(given);
            problems.add(key + ": " + shown + " (expected: " + entry.expected() + ")");
            return false;
        }
    }

    private static void setFlink(
            Configuration flink, String key, Object given, List<String> problems) {
        String name = key.substring(OptionCatalog.FLINK_PREFIX.length());
        if (name.isBlank() || given.equals("")) {
            problems.add(key + ": empty (expected: flink.<key of Flink>=<value>)");
        } else if (given instanceof List<?> list) {
            flink.setString(
                    name,
                    list.stream()
                            .map(entry -> quoteForFlink(entry.toString()))
                            .collect(Collectors.joining(";")));
        } else {
            flink.setString(name, given.toString());
        }
    }

    /** An entry of a list as Flink's own parser takes it. */
    private static String quoteForFlink(String entry) {
        return entry.matches("[^;'\"]*") ? entry : "'" + entry.replace("'", "''") + "'";
    }

    private static String oneLine(Object given) {
        if (given instanceof String text) {
            return Problems.quote(text);
        }
        return given instanceof List ? "a list that does not fit" : "a map that does not fit";
    }

    /** All options that were given, typed, without passwords and where they came from. */
    public Configuration configuration() {
        return configuration;
    }

    public <T> T get(ConfigOption<T> option) {
        return configuration.get(option);
    }

    /** Flink's own options, given as {@code flink.<key>}, without the prefix. */
    public Configuration flinkOverrides() {
        return flinkOverrides;
    }

    public ConnectionSettings source() {
        return source;
    }

    public ConnectionSettings target() {
        return target;
    }

    /** The source masters in the order given; ids and addresses are unique. */
    public List<Shard> shards() {
        return shards;
    }

    public Address targetAddress() {
        return targetAddress;
    }

    public String name() {
        return configuration.get(SyncOptions.NAME);
    }

    /** Whether {@code --local} asked for the run in this JVM. */
    boolean isLocal() {
        return local;
    }

    /** The directory for spools in this process when tasks run in it. */
    Path spoolDir() {
        return configuration
                .getOptional(SinkOptions.SPOOL_DIR)
                .map(Path::of)
                .orElseGet(
                        () -> {
                            String dirs = flinkOverrides.get(CoreOptions.TMP_DIRS);
                            return Path.of(dirs.split("[,|]", -1)[0], "flink-redis-sync");
                        });
    }

    /** The directory for the log files of the run in one JVM. */
    Path logDir() {
        return logDir == null ? spoolDir().resolve("logs") : Path.of(logDir);
    }

    /** The options that were given, without secrets; of Flink's own only the keys. */
    @Override
    public String toString() {
        Map<String, String> shown = new TreeMap<>();
        for (OptionCatalog.Entry entry : OptionCatalog.all()) {
            configuration
                    .getOptional(entry.option())
                    .ifPresent(value -> shown.put(entry.key(), entry.type().show(value)));
        }
        flinkOverrides.keySet().forEach(key -> shown.put(OptionCatalog.FLINK_PREFIX + key, "…"));
        return "SyncConfig" + shown;
    }
}

package io.redissync.job;

import io.redissync.check.Precheck;
import io.redissync.command.TargetProgress;
import io.redissync.connection.RedisConnection;
import io.redissync.connection.Shard;
import io.redissync.operator.FilterRules;
import io.redissync.operator.FlushPolicy;
import io.redissync.operator.KeyPattern;
import io.redissync.operator.TargetLanes;
import io.redissync.operator.TransformRules;
import io.redissync.operator.TransformRules.PrefixRule;
import io.redissync.sink.MarkerStore;
import io.redissync.sink.SinkSettings;
import io.redissync.source.SourceSettings;
import io.redissync.source.StartCheck;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.ConfigOption;

/**
 * The options as each part of the job takes them, and what source and sink need of each other
 * without knowing each other.
 */
record EndSettings(
        SourceSettings source,
        SinkSettings sink,
        FilterRules filter,
        TransformRules transform,
        FlushPolicy onFlush,
        TargetLanes targetLanes) {

    private static final String ORDERING_SHARD = "shard";

    static EndSettings of(SyncConfig config, int lanes) {
        byte[] random = new byte[8];
        new SecureRandom().nextBytes(random);
        String instance = HexFormat.of().formatHex(random);
        SinkSettings sink = sink(config, lanes, instance);
        return new EndSettings(
                source(config, lanes, instance, sink),
                sink,
                filter(config),
                transform(config),
                config.get(SyncOptions.ON_FLUSH),
                config.shards().size() == 1 ? TargetLanes.ONE : TargetLanes.SEVERAL);
    }

    private static SinkSettings sink(SyncConfig config, int lanes, String instance) {
        return new SinkSettings(
                config.name(),
                instance,
                config.shards().stream().map(Shard::id).toList(),
                config.targetAddress(),
                config.target(),
                config.get(SyncOptions.DELIVERY),
                config.get(TargetOptions.EXISTING_DATA),
                ORDERING_SHARD,
                lanes,
                config.get(TargetOptions.TTL_SLACK),
                new SinkSettings.Limits(
                        config.get(SinkOptions.BATCH_MAX_COMMANDS),
                        Math.toIntExact(config.get(SinkOptions.BATCH_MAX_BYTES).getBytes()),
                        config.get(SinkOptions.IN_FLIGHT_BATCHES),
                        config.get(SinkOptions.BUFFER_BYTES).getBytes(),
                        config.get(SinkOptions.MAX_COMMANDS_PER_SECOND),
                        config.get(SinkOptions.MAX_BYTES_PER_SECOND).getBytes(),
                        config.get(SinkOptions.RETRY_TIMEOUT)));
    }

    private static SourceSettings source(
            SyncConfig config, int lanes, String instance, SinkSettings sink) {
        return new SourceSettings(
                config.name(),
                instance,
                config.get(SyncOptions.MODE),
                config.shards(),
                config.source(),
                config.get(SourceOptions.PSYNC_COMMAND),
                config.get(SourceOptions.ACK),
                ORDERING_SHARD,
                lanes,
                config.configuration().getOptional(SinkOptions.SPOOL_DIR).orElse(null),
                config.get(SinkOptions.SPOOL_MAX_BYTES).getBytes(),
                config.get(SinkOptions.SPOOL_SEGMENT_BYTES).getBytes(),
                config.get(SourceOptions.MAX_CONCURRENT_FULL_SYNCS),
                progress(sink),
                startCheck(config, sink));
    }

    private static TargetProgress progress(SinkSettings sink) {
        return shard -> {
            try (RedisConnection connection =
                    RedisConnection.open(
                            sink.target(),
                            sink.connection(),
                            "redis-sync:" + sink.syncName() + ":progress")) {
                return new MarkerStore(sink).readAll(connection, shard);
            }
        };
    }

    private static StartCheck startCheck(SyncConfig config, SinkSettings sink) {
        Precheck precheck =
                new Precheck(
                        config.shards(),
                        config.source(),
                        config.targetAddress(),
                        config.target(),
                        config.get(TargetOptions.ALLOW_EVICTION)
                                ? Precheck.Eviction.ACCEPTED
                                : Precheck.Eviction.REFUSED);
        return () ->
                precheck.verify(connection -> new MarkerStore(sink).refuseForeignData(connection));
    }

    private static FilterRules filter(SyncConfig config) {
        return FilterRules.builder()
                .allowDbs(config.get(FilterOptions.DB_ALLOW))
                .blockDbs(config.get(FilterOptions.DB_BLOCK))
                .allowKeys(patterns(config, KeyPattern.Kind.PREFIX, FilterOptions.KEY_ALLOW_PREFIX))
                .allowKeys(patterns(config, KeyPattern.Kind.SUFFIX, FilterOptions.KEY_ALLOW_SUFFIX))
                .allowKeys(patterns(config, KeyPattern.Kind.GLOB, FilterOptions.KEY_ALLOW_GLOB))
                .allowKeys(patterns(config, KeyPattern.Kind.REGEX, FilterOptions.KEY_ALLOW_REGEX))
                .blockKeys(patterns(config, KeyPattern.Kind.PREFIX, FilterOptions.KEY_BLOCK_PREFIX))
                .blockKeys(patterns(config, KeyPattern.Kind.SUFFIX, FilterOptions.KEY_BLOCK_SUFFIX))
                .blockKeys(patterns(config, KeyPattern.Kind.GLOB, FilterOptions.KEY_BLOCK_GLOB))
                .blockKeys(patterns(config, KeyPattern.Kind.REGEX, FilterOptions.KEY_BLOCK_REGEX))
                .allowCommands(config.get(FilterOptions.COMMAND_ALLOW))
                .blockCommands(config.get(FilterOptions.COMMAND_BLOCK))
                .allowCategories(config.get(FilterOptions.CATEGORY_ALLOW))
                .blockCategories(config.get(FilterOptions.CATEGORY_BLOCK))
                .build();
    }

    private static List<KeyPattern> patterns(
            SyncConfig config, KeyPattern.Kind kind, ConfigOption<List<String>> option) {
        return config.get(option).stream().map(text -> KeyPattern.of(kind, text)).toList();
    }

    /** Replacements come first; a key that none of them touches is stripped, then added to. */
    private static TransformRules transform(SyncConfig config) {
        Map<Integer, Integer> dbs = new HashMap<>();
        config.get(FilterOptions.DB_MAP)
                .forEach((from, to) -> dbs.put(Integer.parseInt(from), Integer.parseInt(to)));
        List<PrefixRule> prefixes = new ArrayList<>();
        config.get(FilterOptions.KEY_REPLACE_PREFIX)
                .forEach((from, to) -> prefixes.add(PrefixRule.replace(from, to)));
        String add = config.configuration().getOptional(FilterOptions.KEY_ADD_PREFIX).orElse("");
        config.configuration()
                .getOptional(FilterOptions.KEY_STRIP_PREFIX)
                .ifPresent(strip -> prefixes.add(PrefixRule.replace(strip, add)));
        if (!add.isEmpty()) {
            prefixes.add(PrefixRule.add(add));
        }
        return new TransformRules(dbs, prefixes);
    }
}

package io.redissync.testing;

import io.redissync.testing.WriteLoad.Feature;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** Makes the commands of one thread of a write load, from a seeded generator. */
final class WriteMix {

    /**
     * @param db the db to be selected, or {@link #ANY_DB}
     * @param counter the counter key that it increments, or null
     */
    record Write(int db, String counter, String command, List<String> arguments) {

        Write(int db, String counter, String command, String... arguments) {
            this(db, counter, command, List.of(arguments));
        }
    }

    static final int ANY_DB = -1;

    private static final int PLAIN_DBS = 3;
    private static final int FLUSHED_DB = 3;
    private static final int[] SWAPPED_DBS = {4, 5};
    private static final int COUNTERS = 8;
    private static final int HOT_KEYS = 10;

    /** In 1/100; what a feature weighs beside the others. */
    private static final Map<Feature, Integer> WEIGHTS =
            new EnumMap<>(
                    Map.ofEntries(
                            Map.entry(Feature.COUNTERS, 2_000),
                            Map.entry(Feature.NUMBERS, 800),
                            Map.entry(Feature.STRINGS, 1_600),
                            Map.entry(Feature.LISTS, 1_200),
                            Map.entry(Feature.HASHES, 1_000),
                            Map.entry(Feature.SETS, 800),
                            Map.entry(Feature.ZSETS, 800),
                            Map.entry(Feature.STREAMS, 500),
                            Map.entry(Feature.DELETES, 400),
                            Map.entry(Feature.MULTI_KEY, 400),
                            Map.entry(Feature.TRANSACTIONS, 500),
                            Map.entry(Feature.RENEWED_TTLS, 800),
                            Map.entry(Feature.EXPIRING, 600),
                            Map.entry(Feature.FLUSHDB, 2),
                            Map.entry(Feature.SWAPDB, 3)));

    private static final Set<Feature> NOT_IN_TRANSACTIONS =
            Set.of(Feature.TRANSACTIONS, Feature.FLUSHDB, Feature.SWAPDB);

    private final Random random;
    private final int thread;
    private final int keysPerType;
    private final int maxValueBytes;
    private final List<Feature> features;
    private final List<Feature> inTransactions;

    /**
     * @param thread part of the counters' names: each counter is written by one thread only
     */
    WriteMix(Set<Feature> features, long seed, int thread, int keysPerType, int maxValueBytes) {
        this.random = new Random(seed);
        this.thread = thread;
        this.keysPerType = keysPerType;
        this.maxValueBytes = maxValueBytes;
        this.features = features.stream().sorted().toList();
        this.inTransactions =
                this.features.stream().filter(f -> !NOT_IN_TRANSACTIONS.contains(f)).toList();
        if (inTransactions.isEmpty()) {
            throw new IllegalArgumentException(
                    "features: " + features + " (expected: one that writes keys)");
        }
    }

    /** The next write: mostly one command, a whole transaction at times. */
    List<Write> next() {
        List<Write> writes = new ArrayList<>();
        Feature feature = pick(features);
        if (feature != Feature.TRANSACTIONS) {
            add(writes, feature, db());
            return writes;
        }
        writes.add(new Write(ANY_DB, null, "MULTI"));
        int db = db();
        for (int i = 2 + random.nextInt(4); i > 0; i--) {
            add(writes, pick(inTransactions), random.nextInt(4) == 0 ? db() : db);
        }
        writes.add(new Write(ANY_DB, null, "EXEC"));
        return writes;
    }

    private Feature pick(List<Feature> among) {
        int total = among.stream().mapToInt(WEIGHTS::get).sum();
        int ticket = random.nextInt(total);
        for (Feature feature : among) {
            ticket -= WEIGHTS.get(feature);
            if (ticket < 0) {
                return feature;
            }
        }
        throw new IllegalStateException("pick among " + among + ": weights do not add up");
    }

    private int db() {
        return switch (random.nextInt(10)) {
            case 7 -> FLUSHED_DB;
            case 8 -> SWAPPED_DBS[0];
            case 9 -> SWAPPED_DBS[1];
            default -> random.nextInt(PLAIN_DBS);
        };
    }

    private void add(List<Write> to, Feature feature, int db) {
        switch (feature) {
            case COUNTERS -> {
                String key = "counter:" + (thread * COUNTERS + random.nextInt(COUNTERS));
                to.add(new Write(0, key, "INCR", key));
            }
            case NUMBERS -> number(to, db);
            case STRINGS -> string(to, db);
            case LISTS -> list(to, db);
            case HASHES -> hash(to, db);
            case SETS -> set(to, db);
            case ZSETS -> zset(to, db);
            case STREAMS -> stream(to, db);
            case DELETES -> delete(to, db);
            case MULTI_KEY -> multiKey(to, db);
            case RENEWED_TTLS -> renewed(to, db);
            case EXPIRING -> expiring(to, db);
            case FLUSHDB -> write(to, FLUSHED_DB, "FLUSHDB");
            case SWAPDB ->
                    write(
                            to,
                            0,
                            "SWAPDB",
                            Integer.toString(SWAPPED_DBS[0]),
                            Integer.toString(SWAPPED_DBS[1]));
            case TRANSACTIONS ->
                    throw new IllegalStateException("a transaction inside a transaction");
        }
    }

    private void number(List<Write> to, int db) {
        String key = key("num");
        switch (random.nextInt(3)) {
            case 0 -> write(to, db, "INCRBY", key, Integer.toString(random.nextInt(1_000)));
            case 1 -> write(to, db, "DECRBY", key, Integer.toString(random.nextInt(1_000)));
            default -> write(to, db, "INCR", key);
        }
    }

    private void string(List<Write> to, int db) {
        String key = key("str");
        switch (random.nextInt(5)) {
            case 0, 1 -> write(to, db, "APPEND", key, value());
            case 2 ->
                    write(to, db, "SETRANGE", key, Integer.toString(random.nextInt(100)), value());
            default -> write(to, db, "SET", key, value());
        }
    }

    private void list(List<Write> to, int db) {
        String key = key("list");
        switch (random.nextInt(10)) {
            case 0, 1, 2 -> write(to, db, "RPUSH", key, value(), value());
            case 3, 4 -> write(to, db, "LPUSH", key, value());
            case 5, 6 -> write(to, db, "LPOP", key);
            case 7, 8 -> write(to, db, "RPOP", key);
            default -> write(to, db, "LTRIM", key, "0", "99");
        }
    }

    private void hash(List<Write> to, int db) {
        String key = key("hash");
        switch (random.nextInt(5)) {
            case 0 -> write(to, db, "HINCRBY", key, "number:" + random.nextInt(5), "3");
            case 1 -> write(to, db, "HDEL", key, member());
            default -> write(to, db, "HSET", key, member(), value());
        }
    }

    private void set(List<Write> to, int db) {
        String key = key("set");
        switch (random.nextInt(6)) {
            case 0 -> write(to, db, "SREM", key, member());
            case 1 -> write(to, db, "SPOP", key);
            case 2 -> write(to, db, "SADD", key, Integer.toString(random.nextInt(500)));
            default -> write(to, db, "SADD", key, member(), member());
        }
    }

    private void zset(List<Write> to, int db) {
        String key = key("zset");
        switch (random.nextInt(5)) {
            case 0 -> write(to, db, "ZINCRBY", key, score(), member());
            case 1 -> write(to, db, "ZREM", key, member());
            default -> write(to, db, "ZADD", key, score(), member());
        }
    }

    private void stream(List<Write> to, int db) {
        String key = key("stream");
        switch (random.nextInt(4)) {
            case 0 -> write(to, db, "XADD", key, "MAXLEN", "~", "500", "*", "field", value());
            case 1 -> write(to, db, "XADD", key, "MAXLEN", "50", "*", "field", value());
            case 2 -> write(to, db, "XDEL", key, "0-1");
            default -> write(to, db, "XADD", key, "*", "a", value(), "b", value());
        }
    }

    private void delete(List<Write> to, int db) {
        String[] keys = new String[1 + random.nextInt(3)];
        Arrays.setAll(
                keys,
                i ->
                        switch (random.nextInt(7)) {
                            case 0 -> key("num");
                            case 1 -> key("str");
                            case 2 -> key("list");
                            case 3 -> key("hash");
                            case 4 -> key("set");
                            case 5 -> key("zset");
                            default -> key("stream");
                        });
        write(to, db, "DEL", keys);
    }

    private void multiKey(List<Write> to, int db) {
        switch (random.nextInt(4)) {
            case 0 -> write(to, db, "MSET", key("str"), value(), key("str"), value());
            case 1 -> write(to, db, "RPOPLPUSH", key("list"), key("list"));
            case 2 -> write(to, db, "SMOVE", key("set"), key("set"), member());
            default -> write(to, db, "SUNIONSTORE", key("union"), key("set"), key("set"));
        }
    }

    private void renewed(List<Write> to, int db) {
        String key = "hot:" + random.nextInt(HOT_KEYS);
        write(to, db, "INCR", key);
        write(to, db, "PEXPIRE", key, Integer.toString(600_000 + random.nextInt(600_000)));
    }

    private void expiring(List<Write> to, int db) {
        String millis = Integer.toString(50 + random.nextInt(2_950));
        switch (random.nextInt(3)) {
            case 0 -> write(to, db, "SET", key("expstr"), value(), "PX", millis);
            case 1 -> write(to, db, "PSETEX", key("expstr"), millis, value());
            default -> {
                String key = key("explist");
                write(to, db, "RPUSH", key, value());
                write(to, db, "PEXPIRE", key, millis);
            }
        }
    }

    private static void write(List<Write> to, int db, String command, String... arguments) {
        to.add(new Write(db, null, command, arguments));
    }

    /** Every tenth name is no text. */
    private String key(String type) {
        int n = random.nextInt(keysPerType);
        return type + ":" + n + (n % 10 == 9 ? "\0\u00ff\r\n" : "");
    }

    private String member() {
        return "member:" + random.nextInt(100);
    }

    private String score() {
        return random.nextBoolean()
                ? Integer.toString(random.nextInt(1_000))
                : Double.toString(random.nextInt(1_000) / 8.0);
    }

    /** Any bytes in half of the cases, compressible text in the others. */
    private String value() {
        int length = 1 + random.nextInt(maxValueBytes);
        if (random.nextBoolean()) {
            return String.valueOf((char) ('a' + random.nextInt(26))).repeat(length);
        }
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return RawConnection.text(bytes);
    }
}

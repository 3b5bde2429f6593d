package io.redissync.command;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * What the target itself remembers of one lane of one shard: the position applied, written in the
 * same transaction as the data.
 *
 * @param token random, used once; the name of the marker hash's one live field
 * @param position the position applied
 * @param confirmed the last offset whose replies were read, in the position's phase; what lies
 *     between it and the position was applied, but perhaps not looked at
 * @param ordering how lanes were made ({@code shard} or {@code slot})
 * @param lanes number of lanes (Flink's max parallelism)
 * @param exclusive whether everything on the target belongs to this sync's only shard: it was empty
 *     when the sync began, so a new full resync may empty it first
 * @param instance the submission that wrote it
 */
public record Marker(
        String token,
        Position position,
        long confirmed,
        String ordering,
        int lanes,
        boolean exclusive,
        String instance) {

    /** Prefix of every key that this product keeps on a target; never copied from a source. */
    public static final String KEY_PREFIX = "__redis_sync__:";

    /** Value of the fields that a batch with a wrong belief leaves behind. */
    public static final String MISBELIEF = "!";

    private static final String VERSION = "1";

    public Marker {
        Objects.requireNonNull(token, "token");
        Objects.requireNonNull(position, "position");
        Objects.requireNonNull(ordering, "ordering");
        Objects.requireNonNull(instance, "instance");
    }

    /** Key of the marker hash, in db 0. */
    public static String key(String syncName, String shard, int lane) {
        return KEY_PREFIX + syncName + ":" + shard + ":" + lane;
    }

    /** The value of the live field: words {@code name=value}, readable by an operator. */
    public String encode() {
        return "v="
                + VERSION
                + " history="
                + position.history().idText()
                + " epoch="
                + position.history().epoch()
                + " phase="
                + position.phase().name().toLowerCase(Locale.ROOT)
                + " offset="
                + position.offset()
                + " replid="
                + position.replid()
                + " db="
                + position.db()
                + " confirmed="
                + confirmed
                + " ordering="
                + ordering
                + " lanes="
                + lanes
                + " exclusive="
                + (exclusive ? 1 : 0)
                + " instance="
                + instance;
    }

    /**
     * Reads the value of a live field.
     *
     * @throws IllegalArgumentException when it is no marker of a version that this release knows
     */
    public static Marker decode(String token, String value) {
        Map<String, String> words = new LinkedHashMap<>();
        for (String word : value.split(" ", -1)) {
            int equals = word.indexOf('=');
            if (equals > 0) {
                words.put(word.substring(0, equals), word.substring(equals + 1));
            }
        }
        try {
            if (!VERSION.equals(words.get("v"))) {
                throw new IllegalArgumentException("unknown version " + words.get("v"));
            }
            History history =
                    new History(
                            Long.parseUnsignedLong(need(words, "history"), 16),
                            Integer.parseInt(need(words, "epoch")));
            Position position =
                    new Position(
                            history,
                            need(words, "replid"),
                            Phase.valueOf(need(words, "phase").toUpperCase(Locale.ROOT)),
                            Long.parseLong(need(words, "offset")),
                            Integer.parseInt(need(words, "db")));
            return new Marker(
                    token,
                    position,
                    Long.parseLong(need(words, "confirmed")),
                    need(words, "ordering"),
                    Integer.parseInt(need(words, "lanes")),
                    "1".equals(need(words, "exclusive")),
                    need(words, "instance"));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "marker value cannot be read: " + value + " (" + e.getMessage() + ")", e);
        }
    }

    private static String need(Map<String, String> words, String name) {
        String value = words.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no " + name);
        }
        return value;
    }
}

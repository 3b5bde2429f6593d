package io.redissync.protocol.rdb;

/** How the bytes of a value are laid out, as far as finding its end takes (rdb.h, RDB_TYPE_*). */
enum ValueShape {
    /** One string; also all compact forms (ziplist, listpack, intset, zipmap). */
    STRING,
    /** Least field expiry (8 bytes), one string. */
    EXPIRY_STRING,
    /** Count, strings. */
    STRINGS,
    /** Count, two strings each. */
    PAIRS,
    /** Count, string and score as text each. */
    TEXT_SCORES,
    /** Count, string and score of 8 bytes each. */
    BINARY_SCORES,
    /** Count, container kind and string each. */
    NODES,
    /** Count, expiry as a length and two strings each. */
    TTL_PAIRS,
    /** Least field expiry (8 bytes), then as {@link #TTL_PAIRS}. */
    EXPIRY_TTL_PAIRS,
    /** Count, two strings and an expiry of 8 bytes each. */
    PAIRS_TTL,
    /** Nodes, counters, consumer groups. */
    STREAM,
    /** As {@link #STREAM} with the first ID, counters of entries added and read. */
    STREAM_2,
    /** As {@link #STREAM_2} with the active time of each consumer. */
    STREAM_3,
    /** Module type, then fields that say what they are, until one that ends it. */
    MODULE;

    /** Module values as Redis 4.0 release candidates wrote them: their end cannot be found. */
    static final int MODULE_PRE_GA = 6;

    /**
     * The shape of a value type.
     *
     * @return null for a type that is not known
     */
    static ValueShape of(RdbFlavor flavor, int type) {
        return switch (type) {
            case 0, 9, 10, 11, 12, 13, 16, 17, 20 -> STRING;
            case 1, 2, 14 -> STRINGS;
            case 3 -> TEXT_SCORES;
            case 4 -> PAIRS;
            case 5 -> BINARY_SCORES;
            case 7 -> MODULE;
            case 15 -> STREAM;
            case 18 -> NODES;
            case 19 -> STREAM_2;
            case 21 -> STREAM_3;
            default -> flavor == RdbFlavor.VALKEY ? ofValkey(type) : ofRedis(type);
        };
    }

    private static ValueShape ofValkey(int type) {
        return type == 22 ? PAIRS_TTL : null;
    }

    private static ValueShape ofRedis(int type) {
        return switch (type) {
            case 22 -> TTL_PAIRS;
            case 23 -> STRING;
            case 24 -> EXPIRY_TTL_PAIRS;
            case 25 -> EXPIRY_STRING;
            default -> null;
        };
    }
}

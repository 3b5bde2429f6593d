package io.redissync.operator;

import java.util.Set;

/**
 * Puts the values of a snapshot into command categories by their RDB type.
 *
 * <p>A bitmap or a HyperLogLog is a string in the RDB and geo data a sorted set, so such a value
 * passes when any of these is allowed, and only blocking its own type blocks it.
 */
final class ValueCategories {

    private static final Set<String> STRING = Set.of("string");
    private static final Set<String> LIKE_STRING = Set.of("string", "bitmap", "hyperloglog");
    private static final Set<String> SORTED_SET = Set.of("sortedset");
    private static final Set<String> LIKE_SORTED_SET = Set.of("sortedset", "geo");
    private static final Set<String> LIST = Set.of("list");
    private static final Set<String> SET = Set.of("set");
    private static final Set<String> HASH = Set.of("hash");
    private static final Set<String> STREAM = Set.of("stream");
    private static final Set<String> MODULE =
            Set.of("json", "bloom", "timeseries", "vectorset", "search");

    private ValueCategories() {}

    static boolean pass(FilterRules rules, int rdbType) {
        if (!rules.hasCategoryRules()) {
            return true;
        }
        return switch (rdbType) {
            case 0 -> rules.passesCategories(LIKE_STRING, STRING);
            case 1, 10, 14, 18 -> rules.passesCategories(LIST);
            case 2, 11, 20 -> rules.passesCategories(SET);
            case 3, 5, 12, 17 -> rules.passesCategories(LIKE_SORTED_SET, SORTED_SET);
            // 22 and 23 differ between Redis and Valkey, but are hashes in both.
            case 4, 9, 13, 16, 22, 23, 24, 25 -> rules.passesCategories(HASH);
            case 15, 19, 21 -> rules.passesCategories(STREAM);
            // Which module wrote it is inside the value; blocking one module blocks none here.
            default -> rules.passesCategories(MODULE, Set.of());
        };
    }
}

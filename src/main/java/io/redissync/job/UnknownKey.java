package io.redissync.job;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What to say to a key that is no option: the known key that was probably meant. */
final class UnknownKey {

    private static final List<String> ARGUMENTS =
            List.of(GivenOptions.CONFIG, GivenOptions.LOCAL, GivenOptions.LOG_DIR);

    static String message(String key) {
        String said = Problems.quote(key);
        List<String> inside =
                OptionCatalog.all().stream()
                        .map(OptionCatalog.Entry::key)
                        .filter(k -> k.startsWith(key + "."))
                        .toList();
        if (!inside.isEmpty()) {
            return said
                    + ": a group of options (expected: one of "
                    + inside.stream().collect(Collectors.joining(", "))
                    + ")";
        }
        return nearest(key)
                .map(near -> said + ": unknown option (did you mean " + near + "?)")
                .orElse(said + ": unknown option (--help lists all)");
    }

    /** The known key with the fewest edits, if they are few for the length of the key. */
    static Optional<String> nearest(String key) {
        String lower = key.toLowerCase(Locale.ROOT).replace('_', '-');
        Optional<String> tail =
                known().filter(k -> k.endsWith("." + lower)).min(Comparator.naturalOrder());
        if (tail.isPresent()) {
            return tail;
        }
        return known().min(Comparator.comparingInt(k -> distance(lower, k)))
                .filter(k -> distance(lower, k) <= Math.max(2, lower.length() / 3));
    }

    private static Stream<String> known() {
        return Stream.concat(
                OptionCatalog.all().stream().map(OptionCatalog.Entry::key), ARGUMENTS.stream());
    }

    /** Levenshtein distance. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substitution = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substitution, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }

    private UnknownKey() {}
}

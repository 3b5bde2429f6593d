package io.redissync.job;

import java.util.ArrayList;
import java.util.List;

/**
 * Text with separators in it, where a backslash takes a comma or colon as it is; every other
 * backslash stays, since regular expressions and globs need theirs.
 */
final class Separated {

    /** The parts between the separators, still escaped. */
    static List<String> split(String text, char separator) {
        List<String> parts = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            if (escapes(text, i)) {
                i++;
            } else if (text.charAt(i) == separator) {
                parts.add(text.substring(start, i));
                start = i + 1;
            }
        }
        parts.add(text.substring(start));
        return parts;
    }

    static String unescape(String text) {
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            plain.append(text.charAt(escapes(text, i) ? ++i : i));
        }
        return plain.toString();
    }

    static String escape(String text) {
        return text.replace(",", "\\,").replace(":", "\\:");
    }

    private static boolean escapes(String text, int i) {
        return text.charAt(i) == '\\'
                && i + 1 < text.length()
                && (text.charAt(i + 1) == ',' || text.charAt(i + 1) == ':');
    }

    private Separated() {}
}

package io.redissync.operator;

/**
 * Redis' glob matching on bytes ({@code stringmatchlen} in util.c), without its recursion: a star
 * goes back to the last star only, so time is bounded by the product of the lengths.
 */
final class Glob {

    private final byte[] pattern;

    /** Where the pattern goes on behind the part that {@link #matchOne} looked at. */
    private int next;

    private Glob(byte[] pattern) {
        this.pattern = pattern;
    }

    static boolean matches(byte[] pattern, byte[] in, int start, int length) {
        return new Glob(pattern).matches(in, start, start + length);
    }

    private boolean matches(byte[] in, int start, int end) {
        int p = 0;
        int s = start;
        int starBehind = -1;
        int starAt = -1;
        while (s < end) {
            if (p < pattern.length && pattern[p] == '*') {
                starBehind = ++p;
                starAt = s;
            } else if (p < pattern.length && matchOne(p, in[s])) {
                p = next;
                s++;
            } else if (starBehind >= 0) {
                p = starBehind;
                s = ++starAt;
            } else {
                return false;
            }
        }
        while (p < pattern.length && pattern[p] == '*') {
            p++;
        }
        return p == pattern.length;
    }

    private boolean matchOne(int p, byte b) {
        switch (pattern[p]) {
            case '?' -> {
                next = p + 1;
                return true;
            }
            case '[' -> {
                return matchClass(p + 1, b);
            }
            case '\\' -> {
                int literal = p + 1 < pattern.length ? p + 1 : p;
                next = literal + 1;
                return pattern[literal] == b;
            }
            default -> {
                next = p + 1;
                return pattern[p] == b;
            }
        }
    }

    /** Bytes are compared signed, as C's char is on the usual platforms; an open class ends. */
    private boolean matchClass(int from, byte b) {
        int p = from;
        boolean not = p < pattern.length && pattern[p] == '^';
        if (not) {
            p++;
        }
        boolean found = false;
        while (p < pattern.length && pattern[p] != ']') {
            if (pattern[p] == '\\' && p + 1 < pattern.length) {
                p++;
                found |= pattern[p] == b;
            } else if (p + 2 < pattern.length && pattern[p + 1] == '-') {
                int low = Math.min(pattern[p], pattern[p + 2]);
                int high = Math.max(pattern[p], pattern[p + 2]);
                found |= b >= low && b <= high;
                p += 2;
            } else {
                found |= pattern[p] == b;
            }
            p++;
        }
        next = Math.min(p + 1, pattern.length);
        return found != not;
    }
}

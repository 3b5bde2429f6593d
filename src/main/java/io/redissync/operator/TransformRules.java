package io.redissync.operator;

import io.redissync.command.Texts;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * How things are called on the target: which db a source db becomes, and what becomes of the
 * beginning of a key.
 */
public final class TransformRules implements Serializable {

    private static final long serialVersionUID = 1L;

    /** Changes nothing. */
    public static final TransformRules NONE = new TransformRules(Map.of(), List.of());

    private final Map<Integer, Integer> dbs;
    private final PrefixRule[] prefixes;

    /**
     * @param dbs target db by source db; dbs that are not listed stay
     * @param prefixes the first that matches a key is applied, alone
     */
    public TransformRules(Map<Integer, Integer> dbs, List<PrefixRule> prefixes) {
        dbs.forEach(
                (from, to) -> {
                    if (from < 0 || to < 0) {
                        throw new IllegalArgumentException(
                                "db mapping: " + from + " to " + to + " (expected: both >= 0)");
                    }
                });
        this.dbs = Map.copyOf(dbs);
        this.prefixes = prefixes.toArray(PrefixRule[]::new);
    }

    public boolean isEmpty() {
        return !changesDbs() && !changesKeys();
    }

    public boolean changesDbs() {
        return !dbs.isEmpty();
    }

    public boolean changesKeys() {
        return prefixes.length > 0;
    }

    public int targetDb(int sourceDb) {
        return dbs.isEmpty() ? sourceDb : dbs.getOrDefault(sourceDb, sourceDb);
    }

    /**
     * The source dbs that could end in this target db: the listed ones, and the one of this number
     * when it is not listed.
     */
    Collection<Integer> sourcesOf(int targetDb) {
        List<Integer> sources = new ArrayList<>();
        dbs.forEach(
                (from, to) -> {
                    if (to == targetDb) {
                        sources.add(from);
                    }
                });
        if (!dbs.containsKey(targetDb)) {
            sources.add(targetDb);
        }
        return sources;
    }

    /** The first rule for the key at this place, or null. */
    PrefixRule ruleFor(byte[] in, int start, int length) {
        for (PrefixRule rule : prefixes) {
            if (rule.matches(in, start, length)) {
                return rule;
            }
        }
        return null;
    }

    List<PrefixRule> prefixes() {
        return Arrays.asList(prefixes);
    }

    /** Replaces the beginning of a key. */
    public static final class PrefixRule implements Serializable {

        private static final long serialVersionUID = 1L;

        private final byte[] from;
        private final byte[] to;

        private PrefixRule(String from, String to) {
            this.from = from.getBytes(StandardCharsets.UTF_8);
            this.to = to.getBytes(StandardCharsets.UTF_8);
        }

        /** Takes the prefix off keys that have it. */
        public static PrefixRule strip(String prefix) {
            return replace(prefix, "");
        }

        /** Puts the prefix before every key. */
        public static PrefixRule add(String prefix) {
            return new PrefixRule("", prefix);
        }

        /**
         * Puts another prefix in the place of this one, for keys that have it.
         *
         * @throws IllegalArgumentException when the old prefix is empty
         */
        public static PrefixRule replace(String oldPrefix, String newPrefix) {
            if (oldPrefix.isEmpty()) {
                throw new IllegalArgumentException(
                        "prefix to strip or replace: empty (expected: at least one byte)");
            }
            return new PrefixRule(oldPrefix, newPrefix);
        }

        boolean matches(byte[] in, int start, int length) {
            return length >= from.length
                    && Arrays.equals(in, start, start + from.length, from, 0, from.length);
        }

        /** Whether it would match only some of the keys that begin with these bytes. */
        boolean matchesSomeBehind(byte[] literal) {
            return literal.length < from.length
                    && Arrays.equals(literal, 0, literal.length, from, 0, literal.length);
        }

        /** The key that a matching key becomes. */
        byte[] apply(byte[] in, int start, int length) {
            int kept = length - from.length;
            byte[] out = Arrays.copyOf(to, to.length + kept);
            System.arraycopy(in, start + from.length, out, to.length, kept);
            return out;
        }

        @Override
        public String toString() {
            return Texts.printable(from, 64) + " to " + Texts.printable(to, 64);
        }
    }
}

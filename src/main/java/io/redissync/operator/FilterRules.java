package io.redissync.operator;

import java.io.Serializable;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What passes the filter: by db, key, command and category, each with a list of what to allow and
 * one of what to block.
 *
 * <p>A thing passes when the allow list is empty or has it, and the block list has it not. Dbs are
 * those of the source; keys are as the source has them. Commands are names without a subcommand in
 * any case; categories are those of {@link io.redissync.command.CommandSpec}.
 */
public final class FilterRules implements Serializable {

    private static final long serialVersionUID = 1L;

    /** Lets everything pass but reserved keys. */
    public static final FilterRules NONE = builder().build();

    private final Set<Integer> allowedDbs;
    private final Set<Integer> blockedDbs;
    private final KeyPattern[] allowedKeys;
    private final KeyPattern[] blockedKeys;
    private final Set<String> allowedCommands;
    private final Set<String> blockedCommands;
    private final Set<String> allowedCategories;
    private final Set<String> blockedCategories;

    private FilterRules(Builder builder) {
        allowedDbs = Set.copyOf(builder.allowedDbs);
        blockedDbs = Set.copyOf(builder.blockedDbs);
        allowedKeys = builder.allowedKeys.toArray(KeyPattern[]::new);
        blockedKeys = builder.blockedKeys.toArray(KeyPattern[]::new);
        allowedCommands = Set.copyOf(builder.allowedCommands);
        blockedCommands = Set.copyOf(builder.blockedCommands);
        allowedCategories = Set.copyOf(builder.allowedCategories);
        blockedCategories = Set.copyOf(builder.blockedCategories);
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Whether there is no rule at all. */
    public boolean isEmpty() {
        return !hasDbRules() && !hasKeyRules() && !hasCommandRules() && !hasCategoryRules();
    }

    public boolean hasDbRules() {
        return !allowedDbs.isEmpty() || !blockedDbs.isEmpty();
    }

    public boolean hasKeyRules() {
        return allowedKeys.length > 0 || blockedKeys.length > 0;
    }

    public boolean hasCommandRules() {
        return !allowedCommands.isEmpty() || !blockedCommands.isEmpty();
    }

    public boolean hasCategoryRules() {
        return !allowedCategories.isEmpty() || !blockedCategories.isEmpty();
    }

    /** The dbs that pass, when the rules name them; empty when all but some pass. */
    public Optional<Set<Integer>> namedDbs() {
        if (allowedDbs.isEmpty()) {
            return Optional.empty();
        }
        Set<Integer> passing = new HashSet<>(allowedDbs);
        passing.removeAll(blockedDbs);
        return Optional.of(passing);
    }

    public boolean passesDb(int db) {
        return passes(allowedDbs, blockedDbs, db);
    }

    /** Whether a command of this name, in upper case, passes. */
    public boolean passesCommand(String name) {
        return passes(allowedCommands, blockedCommands, name);
    }

    public boolean passesCategories(Set<String> categories) {
        return passesCategories(categories, categories);
    }

    /**
     * For things whose category is not sure.
     *
     * @param possible any of these in the allow list allows
     * @param certain any of these in the block list blocks
     */
    boolean passesCategories(Set<String> possible, Set<String> certain) {
        return (allowedCategories.isEmpty() || anyIn(allowedCategories, possible))
                && !anyIn(blockedCategories, certain);
    }

    /** Whether the key that lies at this place passes; reserved keys are not its concern. */
    public boolean passesKey(byte[] in, int start, int length) {
        return (allowedKeys.length == 0 || anyMatches(allowedKeys, in, start, length))
                && !anyMatches(blockedKeys, in, start, length);
    }

    private static <T> boolean passes(Set<T> allowed, Set<T> blocked, T thing) {
        return (allowed.isEmpty() || allowed.contains(thing)) && !blocked.contains(thing);
    }

    private static boolean anyIn(Set<String> listed, Set<String> categories) {
        if (listed.isEmpty()) {
            return false;
        }
        for (String category : categories) {
            if (listed.contains(category)) {
                return true;
            }
        }
        return false;
    }

    private static boolean anyMatches(KeyPattern[] patterns, byte[] in, int start, int length) {
        for (KeyPattern pattern : patterns) {
            if (pattern.matches(in, start, length)) {
                return true;
            }
        }
        return false;
    }

    /** Collects rules; every call adds to its list. */
    public static final class Builder {
        private final Set<Integer> allowedDbs = new HashSet<>();
        private final Set<Integer> blockedDbs = new HashSet<>();
        private final Set<KeyPattern> allowedKeys = new LinkedHashSet<>();
        private final Set<KeyPattern> blockedKeys = new LinkedHashSet<>();
        private final Set<String> allowedCommands = new HashSet<>();
        private final Set<String> blockedCommands = new HashSet<>();
        private final Set<String> allowedCategories = new HashSet<>();
        private final Set<String> blockedCategories = new HashSet<>();

        private Builder() {}

        public Builder allowDbs(Collection<Integer> dbs) {
            allowedDbs.addAll(dbs);
            return this;
        }

        public Builder blockDbs(Collection<Integer> dbs) {
            blockedDbs.addAll(dbs);
            return this;
        }

        public Builder allowKeys(Collection<KeyPattern> patterns) {
            allowedKeys.addAll(patterns);
            return this;
        }

        public Builder blockKeys(Collection<KeyPattern> patterns) {
            blockedKeys.addAll(patterns);
            return this;
        }

        public Builder allowCommands(Collection<String> names) {
            allowedCommands.addAll(inUpperCase(names));
            return this;
        }

        public Builder blockCommands(Collection<String> names) {
            blockedCommands.addAll(inUpperCase(names));
            return this;
        }

        public Builder allowCategories(Collection<String> categories) {
            allowedCategories.addAll(inLowerCase(categories));
            return this;
        }

        public Builder blockCategories(Collection<String> categories) {
            blockedCategories.addAll(inLowerCase(categories));
            return this;
        }

        public FilterRules build() {
            return new FilterRules(this);
        }

        private static List<String> inUpperCase(Collection<String> words) {
            return words.stream().map(word -> word.toUpperCase(Locale.ROOT)).toList();
        }

        private static List<String> inLowerCase(Collection<String> words) {
            return words.stream().map(word -> word.toLowerCase(Locale.ROOT)).toList();
        }
    }
}

package io.redissync.command;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Says which arguments of a command are keys.
 *
 * <p>Written as words, each part adding keys, in the order in which they stand in the command:
 *
 * <ul>
 *   <li>{@code none}: no keys
 *   <li>{@code 1} or {@code 1..2} or {@code 1..-1/2}: the arguments from first to last by a step; a
 *       negative last counts from the end, -1 being the last argument
 *   <li>{@code numkeys 2} or {@code numkeys 1 step 2}: the argument at this place says how many
 *       keys follow behind it
 *   <li>{@code after STORE,STOREDIST from 6}: the argument behind the last such word at or behind
 *       this place
 *   <li>{@code streams 4}: the first half of what follows the word STREAMS at or behind this place
 * </ul>
 */
public final class KeyRule {

    private static final int[] NO_KEYS = {};

    /** Adds the places of its keys. */
    private interface Part {
        void collect(Command command, Places places);
    }

    private final String text;
    private final List<Part> parts;

    private KeyRule(String text, List<Part> parts) {
        this.text = text;
        this.parts = parts;
    }

    /**
     * Reads a rule.
     *
     * @throws IllegalArgumentException when the text is no rule
     */
    public static KeyRule parse(String text) {
        List<Part> parts = new ArrayList<>();
        String[] words = text.strip().split(" +", -1);
        int at = 0;
        try {
            while (at < words.length) {
                String word = words[at++];
                switch (word) {
                    case "none" -> {}
                    case "numkeys" -> {
                        int place = Integer.parseInt(words[at++]);
                        int step = 1;
                        if (at < words.length && words[at].equals("step")) {
                            step = Integer.parseInt(words[at + 1]);
                            at += 2;
                        }
                        parts.add(counted(place, step));
                    }
                    case "after" -> {
                        String[] keywords = words[at].split(",", -1);
                        parts.add(behindWord(keywords, Integer.parseInt(words[at + 2])));
                        at += 3;
                    }
                    case "streams" -> parts.add(streams(Integer.parseInt(words[at++])));
                    default -> parts.add(range(word));
                }
            }
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new IllegalArgumentException(
                    "key rule: "
                            + text
                            + " (expected: none, 1, 1..-1/2, numkeys N, after W from N)",
                    e);
        }
        return new KeyRule(text, List.copyOf(parts));
    }

    /**
     * The indexes of the key arguments, ascending; 0 would be the name.
     *
     * @throws IllegalArgumentException when the command has not the shape that the rule describes
     */
    public int[] keyArgs(Command command) {
        if (parts.isEmpty()) {
            return NO_KEYS;
        }
        Places places = new Places();
        for (Part part : parts) {
            part.collect(command, places);
        }
        return places.toArray();
    }

    /** Whether no command of this rule has keys. */
    public boolean isKeyless() {
        return parts.isEmpty();
    }

    private static Part range(String word) {
        int slash = word.indexOf('/');
        int step = slash < 0 ? 1 : Integer.parseInt(word.substring(slash + 1));
        String bounds = slash < 0 ? word : word.substring(0, slash);
        int dots = bounds.indexOf("..");
        int first = Integer.parseInt(dots < 0 ? bounds : bounds.substring(0, dots));
        int last = dots < 0 ? first : Integer.parseInt(bounds.substring(dots + 2));
        return (command, places) -> {
            int end = last < 0 ? command.argCount() + last : last;
            if (end >= command.argCount() || first >= command.argCount()) {
                throw malformed(command, "too few arguments for keys at " + word);
            }
            for (int i = first; i <= end; i += step) {
                places.add(i);
            }
        };
    }

    private static Part counted(int place, int step) {
        return (command, places) -> {
            if (place >= command.argCount()) {
                throw malformed(command, "no number of keys at argument " + place);
            }
            long count = Numbers.parseLong(command, place);
            if (count < 0 || place + count * step >= command.argCount()) {
                throw malformed(command, count + " keys in " + command.argCount() + " arguments");
            }
            for (int i = 0; i < count; i++) {
                places.add(place + 1 + i * step);
            }
        };
    }

    private static Part behindWord(String[] keywords, int from) {
        return (command, places) -> {
            int found = -1;
            for (int i = from; i + 1 < command.argCount(); i++) {
                if (isAny(command, i, keywords)) {
                    found = ++i;
                } else {
                    i += operands(command, i);
                }
            }
            if (found >= 0) {
                places.add(found);
            }
        };
    }

    private static boolean isAny(Command command, int arg, String[] words) {
        for (String word : words) {
            if (command.argIs(arg, word)) {
                return true;
            }
        }
        return false;
    }

    /** Operands of an option, which may look like a word themselves (SORT … BY store). */
    private static int operands(Command command, int arg) {
        if (command.argIs(arg, "LIMIT")) {
            return 2;
        }
        return command.argIs(arg, "BY") || command.argIs(arg, "GET") || command.argIs(arg, "COUNT")
                ? 1
                : 0;
    }

    private static Part streams(int from) {
        return (command, places) -> {
            for (int i = from; i < command.argCount(); i++) {
                if (command.argIs(i, "STREAMS")) {
                    int keys = (command.argCount() - i - 1) / 2;
                    for (int key = 1; key <= keys; key++) {
                        places.add(i + key);
                    }
                    return;
                }
            }
            throw malformed(command, "no STREAMS");
        };
    }

    private static IllegalArgumentException malformed(Command command, String why) {
        return new IllegalArgumentException("keys of " + command + ": " + why);
    }

    @Override
    public String toString() {
        return text;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KeyRule that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** A growing array of argument indexes. */
    private static final class Places {
        private int[] indexes = new int[2];
        private int size;

        void add(int index) {
            if (size == indexes.length) {
                indexes = Arrays.copyOf(indexes, size * 2);
            }
            indexes[size++] = index;
        }

        int[] toArray() {
            return size == indexes.length ? indexes : Arrays.copyOf(indexes, size);
        }
    }
}

package io.redissync.job;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.util.TimeUtils;

/**
 * What an option's value is, how it is read from text and how it is shown.
 *
 * <p>Text for a list is {@code a,b}, for a map {@code a:b,c:d}; a backslash before a comma or a
 * colon makes it a part of the value. (Flink's own semicolons would need quotes in every shell.)
 */
sealed interface ValueType {

    /**
     * The value of an option from what was given: a String, or from YAML a List or Map of them.
     *
     * @throws IllegalArgumentException when it is no such value; {@link #expected} says why
     */
    Object read(Object given);

    /** What would be right, to follow "expected: ". */
    String expected();

    /** The value as a user would write it. */
    default String show(Object value) {
        return value.toString();
    }

    /** Types whose text is one word. */
    enum Scalar implements ValueType {
        STRING("text") {
            @Override
            Object parse(String text) {
                return text;
            }
        },
        INT("a whole number") {
            @Override
            Object parse(String text) {
                return Integer.valueOf(text);
            }
        },
        LONG("a whole number") {
            @Override
            Object parse(String text) {
                return Long.valueOf(text);
            }
        },
        BOOLEAN("true or false") {
            @Override
            Object parse(String text) {
                return switch (text.toLowerCase(Locale.ROOT)) {
                    case "true" -> true;
                    case "false" -> false;
                    default -> throw new IllegalArgumentException("not a boolean");
                };
            }
        },
        DURATION("a duration with its unit, as 500 ms, 5 s, 10 min or 1 h") {
            @Override
            Object parse(String text) {
                // Flink reads a bare number as milliseconds; nobody who writes timeout=60 means
                // that.
                if (!text.equals("0") && Character.isDigit(text.charAt(text.length() - 1))) {
                    throw new IllegalArgumentException("no unit");
                }
                try {
                    return TimeUtils.parseDuration(text);
                } catch (ArithmeticException e) {
                    throw new IllegalArgumentException("too long", e);
                }
            }
        },
        MEMORY("a size, as 512 kb, 16 mb or 1 gb") {
            @Override
            Object parse(String text) {
                return MemorySize.parse(text);
            }
        };

        private final String expected;

        Scalar(String expected) {
            this.expected = expected;
        }

        abstract Object parse(String text);

        @Override
        public Object read(Object given) {
            if (given instanceof String text && !text.isEmpty()) {
                return parse(this == STRING ? text : text.strip());
            }
            throw new IllegalArgumentException("not one word");
        }

        @Override
        public String expected() {
            return expected;
        }

        @Override
        public String show(Object value) {
            if (value instanceof Duration duration) {
                return TimeUtils.formatWithHighestUnit(duration);
            }
            if (value instanceof MemorySize size) {
                return showSize(size.getBytes());
            }
            return value.toString();
        }

        private static String showSize(long bytes) {
            String[] units = {"b", "kb", "mb", "gb"};
            int unit = 0;
            long number = bytes;
            while (unit < units.length - 1 && number != 0 && number % 1024 == 0) {
                number /= 1024;
                unit++;
            }
            return number == 0 ? "0" : number + " " + units[unit];
        }
    }

    /** One of the constants of an enum, by its text. */
    record OneOf(Class<?> constants) implements ValueType {

        @Override
        public Object read(Object given) {
            for (Object constant : constants.getEnumConstants()) {
                if (given instanceof String text
                        && text.strip().equalsIgnoreCase(constant.toString())) {
                    return constant;
                }
            }
            throw new IllegalArgumentException("no such constant");
        }

        @Override
        public String expected() {
            StringJoiner texts = new StringJoiner(" | ");
            for (Object constant : constants.getEnumConstants()) {
                texts.add(constant.toString());
            }
            return texts.toString();
        }
    }

    /** Values of one type in order. */
    record ListOf(Scalar element) implements ValueType {

        @Override
        public Object read(Object given) {
            if (given instanceof Map) {
                throw new IllegalArgumentException("a map");
            }
            List<?> parts =
                    given instanceof List<?> list
                            ? list
                            : Separated.split((String) given, ',').stream()
                                    .map(Separated::unescape)
                                    .toList();
            List<Object> values = new ArrayList<>();
            for (Object part : parts) {
                values.add(element.read(part));
            }
            return List.copyOf(values);
        }

        @Override
        public String expected() {
            return element == Scalar.INT
                    ? "whole numbers with commas between them"
                    : "a list with commas between its entries, none of them empty";
        }

        @Override
        public String show(Object value) {
            StringJoiner joiner = new StringJoiner(",");
            for (Object entry : (List<?>) value) {
                joiner.add(element.show(entry));
            }
            return joiner.toString();
        }
    }

    /** Text to text, in the order given: of two prefixes that fit, the first one counts. */
    record TextMap() implements ValueType {

        @Override
        public Object read(Object given) {
            Map<String, String> values = new LinkedHashMap<>();
            if (given instanceof Map<?, ?> map) {
                map.forEach((key, value) -> put(values, key.toString(), value.toString()));
            } else if (given instanceof List) {
                throw new IllegalArgumentException("a list");
            } else {
                for (String entry : Separated.split((String) given, ',')) {
                    List<String> pair = Separated.split(entry, ':');
                    if (pair.size() != 2) {
                        throw new IllegalArgumentException("not a pair");
                    }
                    put(values, Separated.unescape(pair.get(0)), Separated.unescape(pair.get(1)));
                }
            }
            return Collections.unmodifiableMap(values);
        }

        private static void put(Map<String, String> values, String key, String value) {
            if (key.isEmpty() || values.put(key, value) != null) {
                throw new IllegalArgumentException("an empty key, or one that stands twice");
            }
        }

        @Override
        public String expected() {
            return "pairs old:new with commas between them, every old one once;"
                    + " \\: and \\, stand for the characters";
        }

        @Override
        public String show(Object value) {
            StringJoiner joiner = new StringJoiner(",");
            ((Map<?, ?>) value)
                    .entrySet().stream()
                            .map(
                                    e ->
                                            Separated.escape(e.getKey().toString())
                                                    + ":"
                                                    + Separated.escape(e.getValue().toString()))
                            .forEach(joiner::add);
            return joiner.toString();
        }
    }
}

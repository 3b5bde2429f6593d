package io.redissync.job;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.MemorySize;

/**
 * Every option with its type, in groups, read off the constants of the option classes: a new
 * constant is known to the parser, the usage text and the documentation by being there.
 */
final class OptionCatalog {

    /** Options of Flink itself follow this prefix. */
    static final String FLINK_PREFIX = "flink.";

    private static final Map<String, Class<?>> GROUPS = new LinkedHashMap<>();

    static {
        GROUPS.put("Source", SourceOptions.class);
        GROUPS.put("Target", TargetOptions.class);
        GROUPS.put("Run", SyncOptions.class);
        GROUPS.put("Filters and transforms", FilterOptions.class);
        GROUPS.put("Sink and spool", SinkOptions.class);
    }

    private static final Map<String, List<Entry>> ENTRIES = read();

    /** One option and the type of its values. */
    record Entry(ConfigOption<?> option, ValueType type) {

        String key() {
            return option.key();
        }

        boolean isRequired() {
            return option.equals(SourceOptions.ADDRESSES) || option.equals(TargetOptions.ADDRESSES);
        }

        boolean isSecret() {
            return OptionCatalog.isSecret(key());
        }

        /** The default as a user would write it; empty when there is none or an empty one. */
        String defaultText() {
            return option.hasDefaultValue() ? type.show(option.defaultValue()) : "";
        }

        String description() {
            return new PlainDescription().format(option.description());
        }

        /** What the value must be, with the placeholder a usage text shows. */
        String expected() {
            return isSecret() ? "a password that is not empty" : type.expected();
        }
    }

    /** Whether the value of a key must never be shown. */
    static boolean isSecret(String key) {
        return key.endsWith(".password");
    }

    /** Title of a group to its options, in the order of the classes. */
    static Map<String, List<Entry>> groups() {
        return ENTRIES;
    }

    static List<Entry> all() {
        return ENTRIES.values().stream().flatMap(List::stream).toList();
    }

    static Optional<Entry> find(String key) {
        return all().stream().filter(e -> e.key().equals(key)).findFirst();
    }

    private static Map<String, List<Entry>> read() {
        Map<String, List<Entry>> groups = new LinkedHashMap<>();
        GROUPS.forEach(
                (title, holder) -> {
                    List<Entry> entries = new ArrayList<>();
                    for (Field field : holder.getDeclaredFields()) {
                        if (field.getType() == ConfigOption.class
                                && Modifier.isPublic(field.getModifiers())) {
                            entries.add(entry(field));
                        }
                    }
                    groups.put(title, List.copyOf(entries));
                });
        return groups;
    }

    private static Entry entry(Field field) {
        try {
            Type value = ((ParameterizedType) field.getGenericType()).getActualTypeArguments()[0];
            return new Entry((ConfigOption<?>) field.get(null), type(value));
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("option constant: " + field + " is not readable", e);
        }
    }

    private static ValueType type(Type type) {
        if (type instanceof ParameterizedType generic) {
            return generic.getRawType() == Map.class
                    ? new ValueType.TextMap()
                    : new ValueType.ListOf(scalar(generic.getActualTypeArguments()[0]));
        }
        return type instanceof Class<?> plain && plain.isEnum()
                ? new ValueType.OneOf(plain)
                : scalar(type);
    }

    private static ValueType.Scalar scalar(Type type) {
        if (type == String.class) {
            return ValueType.Scalar.STRING;
        } else if (type == Integer.class) {
            return ValueType.Scalar.INT;
        } else if (type == Long.class) {
            return ValueType.Scalar.LONG;
        } else if (type == Boolean.class) {
            return ValueType.Scalar.BOOLEAN;
        } else if (type == Duration.class) {
            return ValueType.Scalar.DURATION;
        } else if (type == MemorySize.class) {
            return ValueType.Scalar.MEMORY;
        }
        throw new IllegalStateException("option type: " + type + " (expected: one of ValueType)");
    }

    private OptionCatalog() {}
}

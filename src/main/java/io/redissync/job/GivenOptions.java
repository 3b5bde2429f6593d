package io.redissync.job;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.ConstructNode;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.schema.FailsafeSchema;

/**
 * What the user gave, unread: keys to Strings, and from YAML also to Lists and Maps of Strings. The
 * command line wins over the file.
 *
 * <p>No message shows a value: a mistyped password option looks like any other unknown key.
 */
final class GivenOptions {

    static final String CONFIG = "config";
    static final String LOCAL = "local";
    static final String LOG_DIR = "log-dir";

    private final Map<String, Object> values = new LinkedHashMap<>();
    private final List<String> problems = new ArrayList<>();
    private boolean local;
    private String logDir;
    private boolean fileIsUnknown;

    private GivenOptions() {}

    /** Reads the arguments and the file that they name; problems are kept, none is thrown. */
    static GivenOptions read(String[] args) {
        GivenOptions given = new GivenOptions();
        Map<String, String> line = given.readArguments(args);
        given.local = line.remove(LOCAL) != null;
        given.logDir = line.remove(LOG_DIR);
        String file = line.remove(CONFIG);
        if (file != null) {
            int before = given.problems.size();
            given.readFile(file);
            given.fileIsUnknown = given.values.isEmpty() && given.problems.size() > before;
        }
        given.values.putAll(line);
        return given;
    }

    Map<String, Object> values() {
        return values;
    }

    List<String> problems() {
        return problems;
    }

    boolean isLocal() {
        return local;
    }

    /** Whether nothing could be read of the file, so that what it holds cannot be missed. */
    boolean isFileUnknown() {
        return fileIsUnknown;
    }

    /** The directory for log files, or null. */
    String logDir() {
        return logDir;
    }

    private Map<String, String> readArguments(String[] args) {
        Map<String, String> line = new LinkedHashMap<>();
        for (int i = 0; i < args.length; i++) {
            String argument = args[i];
            if (!argument.startsWith("--") || argument.length() == 2) {
                problems.add("argument " + (i + 1) + ": expected --key=value or --key value");
                continue;
            }
            int equals = argument.indexOf('=');
            String key = equals < 0 ? argument.substring(2) : argument.substring(2, equals);
            if (equals >= 0) {
                line.put(key, argument.substring(equals + 1));
            } else if (key.equals(LOCAL)) {
                line.put(key, "true");
            } else if (i + 1 < args.length && !args[i + 1].startsWith("--")) {
                line.put(key, args[++i]);
            } else if (isBoolean(key)) {
                line.put(key, "true");
            } else {
                problems.add(key + ": no value follows (expected: --" + key + "=value)");
            }
        }
        return line;
    }

    private static boolean isBoolean(String key) {
        return OptionCatalog.find(key)
                .filter(e -> e.type() == ValueType.Scalar.BOOLEAN)
                .isPresent();
    }

    private void readFile(String file) {
        // Every scalar stays the text it is: a password 0123 or 1e5 is no number.
        ConstructNode empty = node -> "";
        LoadSettings settings =
                LoadSettings.builder()
                        .setSchema(new FailsafeSchema())
                        .setTagConstructors(Map.of(Tag.NULL, empty))
                        .build();
        try {
            Object root = new Load(settings).loadFromString(Files.readString(Path.of(file)));
            if (root instanceof Map<?, ?> map) {
                flatten("", map);
            } else if (!root.equals("")) {
                problems.add("--config " + file + ": not a YAML map (expected: key: value)");
            }
        } catch (NoSuchFileException e) {
            problems.add("--config " + file + ": no such file");
        } catch (MalformedInputException e) {
            problems.add("--config " + file + ": not UTF-8");
        } catch (IOException e) {
            problems.add("--config " + file + ": cannot be read: " + e.getMessage());
        } catch (MarkedYamlEngineException e) {
            // The parser's own message quotes the text around it, passwords included.
            String place =
                    e.getProblemMark()
                            .map(
                                    m ->
                                            " at line "
                                                    + (m.getLine() + 1)
                                                    + ", column "
                                                    + (m.getColumn() + 1))
                            .orElse("");
            problems.add(
                    "--config "
                            + file
                            + ": not valid YAML"
                            + place
                            + " (expected: key: value, every key once, values with special"
                            + " characters in quotes)");
        } catch (YamlEngineException e) {
            problems.add("--config " + file + ": not valid YAML");
        }
    }

    private void flatten(String prefix, Map<?, ?> map) {
        map.forEach(
                (name, value) -> {
                    String key = prefix + name;
                    if (value instanceof Map<?, ?> nested && !isMap(key)) {
                        flatten(key + ".", nested);
                    } else if (value.equals("") && isGroup(key)) {
                        // A heading whose options are all commented out.
                        return;
                    } else if (!isFlat(value)) {
                        problems.add(key + ": a list or map inside a list or map");
                    } else if (values.put(key, value) != null) {
                        problems.add(key + ": stands twice in the file, flat and nested");
                    }
                });
    }

    private static boolean isMap(String key) {
        return OptionCatalog.find(key)
                .filter(e -> e.type() instanceof ValueType.TextMap)
                .isPresent();
    }

    private static boolean isGroup(String key) {
        return (key + ".").equals(OptionCatalog.FLINK_PREFIX)
                || OptionCatalog.all().stream().anyMatch(e -> e.key().startsWith(key + "."));
    }

    private static boolean isFlat(Object value) {
        if (value instanceof List<?> list) {
            return list.stream().allMatch(String.class::isInstance);
        }
        return !(value instanceof Map<?, ?> map)
                || map.values().stream().allMatch(String.class::isInstance);
    }
}

package io.redissync.command;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds what is known of a command by the bytes of its name; immutable. */
public final class CommandTable {

    private static final String RESOURCE = "commands.tsv";

    /** Loaded when it is first asked for. */
    private static final class Standard {
        static final CommandTable TABLE = load();
    }

    private final List<CommandSpec> specs;

    /** Open addressing; its length is a power of two and at least twice the number of commands. */
    private final Slot[] slots;

    private record Slot(String name, Optional<CommandSpec> spec) {}

    private CommandTable(Collection<CommandSpec> specs) {
        this.specs = List.copyOf(specs);
        slots = new Slot[Integer.highestOneBit(Math.max(8, specs.size())) * 4];
        for (CommandSpec spec : specs) {
            int at = hash(spec.name()) & (slots.length - 1);
            while (slots[at] != null) {
                if (slots[at].name().equals(spec.name())) {
                    throw new IllegalArgumentException(
                            "command table: " + spec.name() + " twice (expected: once)");
                }
                at = (at + 1) & (slots.length - 1);
            }
            slots[at] = new Slot(spec.name(), Optional.of(spec));
        }
    }

    /**
     * A table of these commands.
     *
     * @throws IllegalArgumentException when a name occurs twice
     */
    public static CommandTable of(Collection<CommandSpec> specs) {
        return new CommandTable(specs);
    }

    /** The commands that come with the product. */
    public static CommandTable standard() {
        return Standard.TABLE;
    }

    public List<CommandSpec> specs() {
        return specs;
    }

    /** What is known of the command, or nothing; allocates nothing. */
    public Optional<CommandSpec> find(Command command) {
        int at = hash(command) & (slots.length - 1);
        while (slots[at] != null) {
            if (command.argIs(0, slots[at].name())) {
                return slots[at].spec();
            }
            at = (at + 1) & (slots.length - 1);
        }
        return Optional.empty();
    }

    private static int hash(Command command) {
        byte[] resp = command.resp();
        int at = command.argStart(0);
        int end = at + command.argLength(0);
        int hash = 0;
        for (; at < end; at++) {
            int b = resp[at];
            hash = 31 * hash + (b >= 'a' && b <= 'z' ? b - 32 : b);
        }
        return spread(hash);
    }

    private static int hash(String upperCaseName) {
        int hash = 0;
        for (int i = 0; i < upperCaseName.length(); i++) {
            hash = 31 * hash + (byte) upperCaseName.charAt(i);
        }
        return spread(hash);
    }

    private static int spread(int hash) {
        return hash ^ (hash >>> 15);
    }

    private static CommandTable load() {
        List<CommandSpec> specs = new ArrayList<>();
        try (InputStream in = CommandTable.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("resource " + RESOURCE + " is not in the jar");
            }
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    specs.add(parse(line));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("read resource " + RESOURCE, e);
        }
        return new CommandTable(specs);
    }

    private static CommandSpec parse(String line) {
        String[] columns = line.split("\t", -1);
        if (columns.length != 3) {
            throw new IllegalStateException(
                    RESOURCE + ": " + line + " (expected: name, categories, key rule)");
        }
        return new CommandSpec(
                columns[0], Set.of(columns[1].split(",", -1)), KeyRule.parse(columns[2]));
    }
}

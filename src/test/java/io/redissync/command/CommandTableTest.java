package io.redissync.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandTableTest {

    private static final CommandTable TABLE = CommandTable.standard();

    static Stream<String> cases() throws IOException {
        try (InputStream in = CommandTableTest.class.getResourceAsStream("key-cases.txt")) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return text.lines().filter(line -> !line.isBlank() && !line.startsWith("#"));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void findsTheKeys(String line) {
        String[] words = line.strip().split(" ");
        Command command = Command.ofText(words);
        int[] expected =
                IntStream.range(1, words.length).filter(i -> words[i].startsWith("key")).toArray();

        assertThat(TABLE.find(command).orElseThrow().keyArgs(command)).containsExactly(expected);
    }

    @Test
    void everyCommandHasACase() throws IOException {
        Set<String> covered =
                cases().map(line -> Command.ofText(line.split(" ")).name())
                        .collect(Collectors.toSet());

        assertThat(TABLE.specs()).extracting(CommandSpec::name).allMatch(covered::contains);
        assertThat(TABLE.specs()).hasSizeGreaterThan(190);
    }

    @Test
    void findsNamesInAnyCaseAndNoOthers() {
        assertThat(TABLE.find(Command.ofText("hSeT", "k", "f", "v")).orElseThrow().name())
                .isEqualTo("HSET");
        assertThat(TABLE.find(Command.ofText("GET", "k"))).isEmpty();
        assertThat(TABLE.find(Command.ofText("", "k"))).isEmpty();
        for (CommandSpec spec : TABLE.specs()) {
            assertThat(TABLE.find(Command.ofText(spec.name()))).containsSame(spec);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "EVAL s x",
                "EVAL s 5 a b",
                "EVAL s -1",
                "EVAL s",
                "EVAL s 99999999999999999999 a",
                "XREADGROUP GROUP g c COUNT 1 k",
                "RENAME a",
                "SET"
            })
    void refusesWhatHasNotTheShape(String line) {
        Command command = Command.ofText(line.split(" "));
        CommandSpec spec = TABLE.find(command).orElseThrow();

        assertThatThrownBy(() -> spec.keyArgs(command))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void knowsCategories() {
        assertThat(TABLE.find(Command.ofText("ZADD")).orElseThrow().categories())
                .containsExactly("sortedset");
        assertThat(TABLE.find(Command.ofText("SORT")).orElseThrow().categories())
                .contains("generic", "list");
    }

    @Test
    void refusesANameTwiceAndARuleThatIsNone() {
        CommandSpec spec = new CommandSpec("A", Set.of("x"), KeyRule.parse("1"));

        assertThatThrownBy(() -> CommandTable.of(List.of(spec, spec)))
                .hasMessageContaining("A twice");
        assertThatThrownBy(() -> KeyRule.parse("numkeys")).hasMessageContaining("key rule");
        assertThatThrownBy(() -> KeyRule.parse("first")).hasMessageContaining("key rule");
    }
}

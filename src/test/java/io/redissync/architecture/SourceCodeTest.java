package io.redissync.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import io.redissync.testing.ProjectDir;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules on how code is written that only its text can show. */
class SourceCodeTest {

    private static final Pattern SLEEP =
            Pattern.compile("\\bThread\\s*\\.\\s*sleep\\b|\\b[A-Z]+\\s*\\.\\s*sleep\\s*\\(");

    private static final Pattern CATCH_ALL =
            Pattern.compile(
                    "catch\\s*\\(\\s*(final\\s+)?([\\w.]+\\s*\\|\\s*)*(Exception|Throwable)"
                            + "(\\s*\\|[\\s\\w.|]+)?\\s+\\w+\\s*\\)");

    private static final Pattern THROWN_EMPTY =
            Pattern.compile("\\bthrow\\s+new\\s+\\w*(Exception|Error)\\s*\\(\\s*\\)");

    private static final Pattern MACHINE_PATH =
            Pattern.compile("(?<![\\w.$}*])/(work|root|home|Users)/\\w");

    @Test
    void nothingSleepsToWait() throws IOException {
        assertThat(linesWith(SLEEP, "src/main/java", "src/test/java")).isEmpty();
    }

    @Test
    void nothingCatchesEverything() throws IOException {
        assertThat(linesWith(CATCH_ALL, "src/main/java", "src/test/java")).isEmpty();
    }

    @Test
    void noExceptionIsThrownWithoutAMessage() throws IOException {
        assertThat(linesWith(THROWN_EMPTY, "src/main/java", "src/test/java")).isEmpty();
    }

    @Test
    void noPathOfOneMachineIsInTheCodeOrThePages() throws IOException {
        assertThat(
                        linesWith(
                                MACHINE_PATH,
                                "src",
                                "docs",
                                "scripts",
                                "README.md",
                                "CONTRIBUTING.md"))
                .isEmpty();
    }

    /** The patterns above find what they are for: a rule that matches nothing holds nothing. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Thread. sleep(1);",
                "TimeUnit.SECONDS .sleep(1);",
                "} catch (Exception e) {",
                "} catch (final Throwable t) {",
                "} catch (IOException | Exception e) {",
                "throw new IOException();",
                "in /ho" + "me/somebody/x",
            })
    void thePatternsFindWhatTheyAreFor(String line) {
        assertThat(
                        Stream.of(SLEEP, CATCH_ALL, THROWN_EMPTY, MACHINE_PATH)
                                .filter(pattern -> pattern.matcher(line).find()))
                .hasSize(1);
    }

    @Test
    void everyPackageOfTheProductSaysWhatItHolds() throws IOException {
        List<Path> silent = new ArrayList<>();
        try (Stream<Path> paths = Files.walk(ProjectDir.find().resolve("src/main/java/io"))) {
            for (Path directory : paths.filter(Files::isDirectory).toList()) {
                Path info = directory.resolve("package-info.java");
                if (hasCode(directory)
                        && (!Files.exists(info) || !Files.readString(info).startsWith("/**"))) {
                    silent.add(directory);
                }
            }
        }
        assertThat(silent).isEmpty();
    }

    private static boolean hasCode(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.anyMatch(file -> file.toString().endsWith(".java"));
        }
    }

    private static List<String> linesWith(Pattern pattern, String... roots) throws IOException {
        List<String> found = new ArrayList<>();
        for (String root : roots) {
            for (Path file : textsIn(ProjectDir.find().resolve(root))) {
                String text = Files.readString(file);
                Matcher matcher = pattern.matcher(text);
                while (matcher.find()) {
                    long line = text.substring(0, matcher.start()).lines().count();
                    found.add(file.getFileName() + ":" + line + ": " + matcher.group());
                }
            }
        }
        // This class holds the patterns' examples.
        found.removeIf(line -> line.startsWith("SourceCodeTest.java:"));
        return found;
    }

    private static List<Path> textsIn(Path root) throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            List<Path> texts =
                    paths.filter(Files::isRegularFile)
                            .filter(
                                    file ->
                                            file.toString()
                                                    .matches(".*\\.(java|md|sh|yaml|properties)"))
                            .toList();
            assertThat(texts).as("files in " + root).isNotEmpty();
            return texts;
        }
    }
}

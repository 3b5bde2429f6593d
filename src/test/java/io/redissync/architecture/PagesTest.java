package io.redissync.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import io.redissync.operator.FilterTransform;
import io.redissync.testing.ProjectDir;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Links of the pages lead somewhere, and what they name of the code is there. */
class PagesTest {

    private static final Path PROJECT = ProjectDir.find();
    private static final Pattern LINK = Pattern.compile("\\[[^\\]\\[]+\\]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ +(.+)$");

    /** A class as the pages name it: {@code package.Class} with a package of the product. */
    private static final Pattern TYPE =
            Pattern.compile(
                    "`(?:io\\.redissync\\.)?((?:command|connection|protocol\\.\\w+|typeinfo|"
                            + "source(?:\\.\\w+)?|operator|sink|check|job)\\.[A-Z]\\w+)`");

    @Test
    void linksLeadToFilesAndHeadingsThatAreThere() throws IOException {
        List<String> broken = new ArrayList<>();
        int links = 0;
        for (Path page : pages()) {
            Matcher matcher = LINK.matcher(Files.readString(page));
            while (matcher.find()) {
                String target = matcher.group(1);
                if (target.startsWith("http")) {
                    continue;
                }
                links++;
                if (!leadsSomewhere(page, target)) {
                    broken.add(PROJECT.relativize(page) + ": " + target);
                }
            }
        }
        assertThat(broken).isEmpty();
        assertThat(links).isGreaterThan(5);
    }

    private static boolean leadsSomewhere(Path page, String target) throws IOException {
        String[] parts = target.split("#", 2);
        Path file = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]).normalize();
        return Files.exists(file) && (parts.length == 1 || anchors(file).contains(parts[1]));
    }

    private static Set<String> anchors(Path file) throws IOException {
        return HEADING.matcher(Files.readString(file))
                .results()
                .map(heading -> heading.group(1).toLowerCase(Locale.ROOT))
                .map(text -> text.replaceAll("[^\\w\\- ]", "").replace(' ', '-'))
                .collect(Collectors.toSet());
    }

    @Test
    void classesThatThePagesNameExist() throws IOException {
        List<String> missing = new ArrayList<>();
        int names = 0;
        for (Path page : pages()) {
            Matcher matcher = TYPE.matcher(Files.readString(page));
            while (matcher.find()) {
                names++;
                String file = matcher.group(1).replace('.', '/') + ".java";
                if (!Files.exists(PROJECT.resolve("src/main/java/io/redissync").resolve(file))) {
                    missing.add(PROJECT.relativize(page) + ": " + matcher.group(1));
                }
            }
        }
        assertThat(missing).isEmpty();
        assertThat(names).isGreaterThan(20);
    }

    @Test
    void theReadmeHasEveryMetric() throws IOException {
        String readme = Files.readString(PROJECT.resolve("README.md"));
        Pattern name = Pattern.compile("\\.(?:counter|gauge)\\(\\s*\"(\\w+)\"");
        int metrics = 0;
        for (String type : List.of("source/reader/ShardMetrics", "sink/SinkMetrics")) {
            String code =
                    Files.readString(
                            PROJECT.resolve("src/main/java/io/redissync/" + type + ".java"));
            for (String metric :
                    name.matcher(code).results().map(found -> found.group(1)).toList()) {
                metrics++;
                assertThat(readme).containsPattern("[`.]" + metric + "`");
            }
        }
        assertThat(readme)
                .contains("`" + FilterTransform.FILTERED_CHANGES + "`")
                .contains("`" + FilterTransform.REWRITTEN_CHANGES + "`");
        assertThat(metrics).isGreaterThan(15);
    }

    private static List<Path> pages() throws IOException {
        try (Stream<Path> docs = Files.list(PROJECT.resolve("docs"))) {
            return Stream.concat(
                            Stream.of(
                                    PROJECT.resolve("README.md"),
                                    PROJECT.resolve("CONTRIBUTING.md")),
                            docs.filter(file -> file.toString().endsWith(".md")))
                    .toList();
        }
    }
}

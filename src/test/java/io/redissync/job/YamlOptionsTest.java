package io.redissync.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.redissync.connection.Secret;
import io.redissync.source.SyncMode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.CoreOptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file of {@code --config}. */
class YamlOptionsTest {

    private static final String ADDRESSES = "source.addresses: a:1\ntarget.addresses: b:2\n";

    @TempDir private Path directory;
    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = directory.resolve("sync.yaml");
    }

    @Test
    void readsNestedFlatAndMixedForms() throws IOException {
        SyncConfig config =
                load(
                        """
                        source:
                          addresses: [east@a:1, 'b:2']
                          password: 0123
                          tls:
                            enabled: true
                          connect-timeout: 2 s
                        target.addresses:
                          - c:3
                        target.tls: {enabled: true, verify-hostname: false}
                        sync.mode: full
                        filter:
                          # key: nothing yet
                        transform:
                          db-map: {0: 5, 1: 6}
                          key.replace-prefix:
                            "user:": "account:"
                            "cart:": "basket:"
                            "a:": ""
                        """);

        assertThat(config.shards()).extracting("id").containsExactly("east", "1");
        assertThat(config.source().secret()).contains(new Secret("0123"));
        assertThat(config.source().encryption()).isPresent();
        assertThat(config.source().connectTimeout()).isEqualTo(Duration.ofSeconds(2));
        assertThat(config.targetAddress()).hasToString("c:3");
        assertThat(config.target().encryption().orElseThrow().verifyHostname()).isFalse();
        assertThat(config.get(SyncOptions.MODE)).isEqualTo(SyncMode.FULL);
        assertThat(config.get(FilterOptions.DB_MAP)).isEqualTo(Map.of("0", "5", "1", "6"));
        assertThat(config.get(FilterOptions.KEY_REPLACE_PREFIX))
                .containsExactly(
                        Map.entry("user:", "account:"),
                        Map.entry("cart:", "basket:"),
                        Map.entry("a:", ""));
    }

    @Test
    void takesListsOfYamlAsTheyAre() throws IOException {
        SyncConfig config =
                load(
                        ADDRESSES
                                + "filter.key.allow-prefix: ['a,b', 'c\\,d']\nfilter.db.allow: []\n");

        assertThat(config.get(FilterOptions.KEY_ALLOW_PREFIX)).containsExactly("a,b", "c\\,d");
        assertThat(config.get(FilterOptions.DB_ALLOW)).isEmpty();
    }

    @Test
    void theCommandLineWins() throws IOException {
        Files.writeString(file, ADDRESSES + "sync: {name: file, mode: full}\n");

        SyncConfig config =
                SyncConfig.load(
                        new String[] {
                            "--sync.name=line", "--config", file.toString(), "--rest.port=0"
                        });

        assertThat(config.name()).isEqualTo("line");
        assertThat(config.get(SyncOptions.MODE)).isEqualTo(SyncMode.FULL);
        assertThat(config.get(SyncOptions.REST_PORT)).isZero();
    }

    @Test
    void aWrongValueInTheFileDoesNotMatterWhenTheCommandLineReplacesIt() throws IOException {
        Files.writeString(file, ADDRESSES + "rest.port: none\n");

        assertThat(
                        SyncConfig.load(new String[] {"--config=" + file, "--rest.port=1"})
                                .get(SyncOptions.REST_PORT))
                .isEqualTo(1);
    }

    @Test
    void passesFlinkOptionsOnWithListsAsFlinkReadsThem() throws IOException {
        SyncConfig config =
                load(
                        ADDRESSES
                                + """
                                flink:
                                  execution.checkpointing.interval: 1 s
                                  classloader:
                                    parent-first-patterns:
                                      additional: [org.a, "b;'c"]
                                """);

        assertThat(config.flinkOverrides().toMap())
                .containsEntry("execution.checkpointing.interval", "1 s");
        assertThat(
                        config.flinkOverrides()
                                .get(CoreOptions.ALWAYS_PARENT_FIRST_LOADER_PATTERNS_ADDITIONAL))
                .containsExactly("org.a", "b;'c");
    }

    @Test
    void saysWhatIsWrongAmongTheOptions() throws IOException {
        assertThat(
                        problems(
                                ADDRESSES
                                        + """
                                        sync: {name: a, nmae: b, mode: [full]}
                                        sync.name: c
                                        spool.dir: ''
                                        filter.db: {allow: [[1]]}
                                        filter.key.allow-glob: {a: b}
                                        transform.db-map: [1, 2]
                                        flink:
                                        sink:
                                        nothing:
                                        """))
                .containsExactly(
                        "sync.name: stands twice in the file, flat and nested",
                        "filter.db.allow: a list or map inside a list or map",
                        "sync.nmae: unknown option (did you mean sync.name?)",
                        "sync.mode: a list that does not fit (expected: full+stream | full |"
                                + " stream)",
                        "spool.dir: empty (expected: text)",
                        "filter.key.allow-glob.a: unknown option (did you mean"
                                + " filter.key.allow-glob?)",
                        "transform.db-map: a list that does not fit (expected: pairs old:new with"
                                + " commas between them, every old one once; \\: and \\, stand for"
                                + " the characters)",
                        "nothing: unknown option (--help lists all)");
    }

    @Test
    void saysWhereTheFileIsNoYaml() throws IOException {
        assertThat(problems(ADDRESSES + "a: b: c\n"))
                .containsExactly(
                        "--config "
                                + file
                                + ": not valid YAML at line 3, column 5 (expected: key: value,"
                                + " every key once, values with special characters in quotes)");
        assertThat(problems("- a\n")).first().asString().contains("not a YAML map");
        assertThat(problems("sync.name: a\nsync.name: b\n"))
                .first()
                .asString()
                .contains("not valid YAML at line 2, column 1");
    }

    @Test
    void refusesAFileThatIsNoText() throws IOException {
        Files.write(file, "sync.name: ä".getBytes(StandardCharsets.ISO_8859_1));

        ConfigException e =
                catchThrowableOfType(
                        ConfigException.class,
                        () -> SyncConfig.load(new String[] {"--config=" + file}));

        assertThat(e.problems()).contains("--config " + file + ": not UTF-8");
    }

    private SyncConfig load(String yaml) throws IOException {
        Files.writeString(file, yaml);
        return SyncConfig.load(new String[] {"--config=" + file});
    }

    private List<String> problems(String yaml) throws IOException {
        Files.writeString(file, yaml);
        ConfigException e =
                catchThrowableOfType(
                        ConfigException.class,
                        () -> SyncConfig.load(new String[] {"--config=" + file}));
        return e == null ? List.of() : e.problems();
    }
}

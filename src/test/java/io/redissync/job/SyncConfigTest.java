package io.redissync.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.redissync.connection.Address;
import io.redissync.connection.Secret;
import io.redissync.connection.Shard;
import io.redissync.sink.Delivery;
import io.redissync.source.SyncMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.MemorySize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the command line means, and what is said when it means nothing. */
class SyncConfigTest {

    private static final Map<String, String> ENVIRONMENT =
            Map.of("REDIS_PASSWORD", "env-secret", "EMPTY_PASSWORD", "");

    @TempDir private Path directory;

    @Test
    void readsAddressesAndDefaults() {
        SyncConfig config = load();

        assertThat(config.shards()).containsExactly(new Shard("0", new Address("a", 6379)));
        assertThat(config.targetAddress()).isEqualTo(new Address("b", 6380));
        assertThat(config.source().secret()).isEmpty();
        assertThat(config.source().encryption()).isEmpty();
        assertThat(config.target().timeout()).isEqualTo(Duration.ofSeconds(60));
        assertThat(config.name()).isEqualTo("default");
        assertThat(config.get(SyncOptions.MODE)).isEqualTo(SyncMode.FULL_AND_STREAM);
        assertThat(config.get(SinkOptions.SPOOL_MAX_BYTES)).isEqualTo(MemorySize.parse("16 gb"));
        assertThat(config.isLocal()).isFalse();
    }

    @Test
    void readsEveryKindOfValueInBothForms() {
        SyncConfig config =
                SyncConfig.load(
                        new String[] {
                            "--source.addresses",
                            "east@[::1]:1, b:2",
                            "--target.addresses=c:3",
                            "--sync.mode=FULL",
                            "--delivery",
                            "at-least-once",
                            "--target.allow-eviction",
                            "--sink.max-commands-per-second=5000000000",
                            "--sink.batch.max-bytes=512 kb",
                            "--checkpoint.interval=100 ms",
                            "--filter.db.block=1, 2",
                            "--filter.key.allow-regex=a{1\\,2},\\d+",
                            "--transform.db-map=0:5,1:6",
                            "--transform.key.replace-prefix=user\\::account\\:,a:",
                            "--target.ttl-slack=0",
                            "--local"
                        });

        assertThat(config.shards())
                .containsExactly(
                        new Shard("east", new Address("::1", 1)),
                        new Shard("1", new Address("b", 2)));
        assertThat(config.get(SyncOptions.MODE)).isEqualTo(SyncMode.FULL);
        assertThat(config.get(SyncOptions.DELIVERY)).isEqualTo(Delivery.AT_LEAST_ONCE);
        assertThat(config.get(TargetOptions.ALLOW_EVICTION)).isTrue();
        assertThat(config.get(SinkOptions.MAX_COMMANDS_PER_SECOND)).isEqualTo(5_000_000_000L);
        assertThat(config.get(SinkOptions.BATCH_MAX_BYTES)).isEqualTo(MemorySize.parse("512kb"));
        assertThat(config.get(SyncOptions.CHECKPOINT_INTERVAL)).isEqualTo(Duration.ofMillis(100));
        assertThat(config.get(FilterOptions.DB_BLOCK)).containsExactly(1, 2);
        assertThat(config.get(FilterOptions.KEY_ALLOW_REGEX)).containsExactly("a{1,2}", "\\d+");
        assertThat(config.get(FilterOptions.DB_MAP)).isEqualTo(Map.of("0", "5", "1", "6"));
        assertThat(config.get(FilterOptions.KEY_REPLACE_PREFIX))
                .isEqualTo(Map.of("user:", "account:", "a", ""));
        assertThat(config.get(TargetOptions.TTL_SLACK)).isZero();
        assertThat(config.isLocal()).isTrue();
    }

    @Test
    void keepsTheOrderOfReplacements() {
        assertThat(
                        load("--transform.key.replace-prefix=z:1,y:2,a:3,b:4,x:5")
                                .get(FilterOptions.KEY_REPLACE_PREFIX)
                                .keySet())
                .containsExactly("z", "y", "a", "b", "x");
    }

    @Test
    void theLastOfTwoArgumentsWins() {
        assertThat(load("--sync.name=a", "--sync.name=b").name()).isEqualTo("b");
    }

    @Test
    void passesFlinkOptionsOn() {
        SyncConfig config = load("--flink.state.backend.type=rocksdb");

        assertThat(config.flinkOverrides().toMap())
                .isEqualTo(Map.of("state.backend.type", "rocksdb"));
        assertThat(config.configuration().toMap()).doesNotContainKey("flink.state.backend.type");
    }

    @Test
    void namesTheDirectoriesOfTheRunInOneJvm() {
        assertThat(load("--spool.dir=/s").logDir()).isEqualTo(Path.of("/s/logs"));
        assertThat(load("--log-dir=/l").logDir()).isEqualTo(Path.of("/l"));
        assertThat(load("--flink.io.tmp.dirs=/t,/u").spoolDir())
                .isEqualTo(Path.of("/t/flink-redis-sync"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            value = {
                "--sync.mode=half ! sync.mode: half (expected: full+stream | full | stream)",
                "--sync.name=a b ! sync.name: a b (expected: 1 to 64 letters, digits, dots, dashes,"
                        + " underscores)",
                "--sync.name= ! sync.name: empty (expected: text)",
                "--delivery=twice ! delivery: twice (expected: exactly-once | at-least-once)",
                "--on-flush=x ! on-flush: x (expected: fail | ignore)",
                "--source.ack=x ! source.ack: x (expected: checkpointed | received)",
                "--target.existing-data=x ! target.existing-data: x (expected: fail | overwrite)",
                "--rest.port=70000 ! rest.port: 70000 (expected: 0 to 65535)",
                "--rest.port=http ! rest.port: http (expected: a whole number)",
                "--checkpoint.interval=99 ms ! checkpoint.interval: 99 ms (expected: at least 100"
                        + " ms)",
                "--source.timeout=60 ! source.timeout: 60 (expected: a duration with its unit, as"
                        + " 500 ms, 5 s, 10 min or 1 h)",
                "--source.timeout=60 years ! source.timeout: 60 years (expected: a duration with"
                        + " its unit, as 500 ms, 5 s, 10 min or 1 h)",
                "--target.connect-timeout=0 ! target.connect-timeout: 0 ms (expected: 1 ms to 24"
                        + " days, with its unit)",
                "--spool.max-bytes=much ! spool.max-bytes: much (expected: a size, as 512 kb, 16 mb"
                        + " or 1 gb)",
                "--spool.segment-bytes=32gb ! spool.segment-bytes: 32 gb (expected: not more than"
                        + " spool.max-bytes, 16 gb)",
                "--sink.batch.max-bytes=17mb ! sink.batch.max-bytes: 17 mb (expected: not more than"
                        + " sink.buffer-bytes, 16 mb)",
                "--sink.in-flight-batches=0 ! sink.in-flight-batches: 0 (expected: 1 or more)",
                "--sink.max-commands-per-second=-1 ! sink.max-commands-per-second: -1 (expected: 0"
                        + " or more)",
                "--source.max-concurrent-full-syncs=-1 ! source.max-concurrent-full-syncs: -1"
                        + " (expected: 0 or more)",
                "--source.psync-command=a b ! source.psync-command: a b (expected: one word)",
                "--target.allow-eviction=yes ! target.allow-eviction: yes (expected: true or"
                        + " false)",
                "--filter.db.allow=0,x ! filter.db.allow: 0,x (expected: whole numbers with commas"
                        + " between them)",
                "--filter.db.allow=-1 ! filter.db.allow: -1 (expected: db numbers, 0 or more)",
                "--filter.key.allow-prefix=a,,b ! filter.key.allow-prefix: a,,b (expected: a list"
                        + " with commas between its entries, none of them empty)",
                "--filter.key.block-regex=a(?=b) ! filter.key.block-regex: a(?=b): invalid or"
                        + " unsupported Perl syntax (expected: a regular expression of RE2, which"
                        + " has no look-around and no back references)",
                "--transform.db-map=0 ! transform.db-map: 0 (expected: pairs old:new with commas"
                        + " between them, every old one once; \\: and \\, stand for the"
                        + " characters)",
                "--transform.db-map=0:1,0:2 ! transform.db-map: 0:1,0:2 (expected: pairs old:new"
                        + " with commas between them, every old one once; \\: and \\, stand for"
                        + " the characters)",
                "--transform.db-map=a:1 ! transform.db-map: a:1 (expected: db:db pairs, as"
                        + " 0:5,1:6)",
                "--sink.buffer-bytes=4gb --sink.batch.max-bytes=2gb ! sink.batch.max-bytes: 2 gb"
                        + " (expected: 1 gb at most, what one array holds)",
                "--filter.command.block=CONFIG SET ! filter.command.block: CONFIG SET (expected:"
                        + " names of commands without a subcommand)",
                "--filter.category.block=Hash,strings ! filter.category.block: Hash,strings"
                        + " (expected: of bitmap, bloom, cluster, connection, generic, geo, hash,"
                        + " hyperloglog, json, keyspace, list, pubsub, scripting, search, server, set,"
                        + " sortedset, stream, string, timeseries, transaction, vectorset)",
                "--sync.nam=x ! sync.nam: unknown option (did you mean sync.name?)",
                "--source.password_env=x ! source.password_env: unknown option (did you mean"
                        + " source.password-env?)",
                "--db-map=0:1 ! db-map: unknown option (did you mean transform.db-map?)",
                "--zookeeper=x ! zookeeper: unknown option (--help lists all)",
                "--target.tls=true ! target.tls: a group of options (expected: one of"
                        + " target.tls.enabled, target.tls.ca-file, target.tls.cert-file,"
                        + " target.tls.key-file, target.tls.verify-hostname)",
                "--sync.name ! sync.name: no value follows (expected: --sync.name=value)",
                "stray ! argument 3: expected --key=value or --key value",
                "--flink.=x ! flink.: empty (expected: flink.<key of Flink>=<value>)",
                "--source.user=u ! source.user: needs a password (expected: one of source.password,"
                        + " source.password-env, source.password-file)",
                "--source.tls.ca-file=ca.pem ! source.tls.ca-file: without effect (expected:"
                        + " source.tls.enabled true as well)",
                "--source.password= ! source.password: empty (expected: a password that is not"
                        + " empty)",
                "--target.password-env=NOT_SET ! target.password-env: environment variable NOT_SET"
                        + " is not set (expected: the name of a variable that holds the password)",
                "--target.password-env=EMPTY_PASSWORD ! target.password-env: environment variable"
                        + " EMPTY_PASSWORD is empty (expected: the name of a variable that holds"
                        + " the password)",
                "--target.password-file=/no/file ! target.password-file: cannot read the file"
                        + " /no/file (expected: a readable file whose first line is the"
                        + " password)",
                "--config=/no/file.yaml ! --config /no/file.yaml: no such file",
            })
    void saysWhatIsWrong(String arguments, String problem) {
        assertThat(problems(with(arguments.split(" (?=--)", -1)))).containsExactly(problem);
    }

    @Test
    void saysWhatIsWrongWithAddresses() {
        assertThat(problems()).isEmpty();
        assertThat(problems("--sync.name=a"))
                .containsExactly(
                        "source.addresses: missing (expected: [id@]host:port[,[id@]host:port…])",
                        "target.addresses: missing (expected: host:port)");
        assertThat(problems("--source.addresses=a:1,a:1", "--target.addresses=b:1,b:2"))
                .containsExactly(
                        "source.addresses: a:1 twice (expected: every master once)",
                        "target.addresses: 2 addresses (expected: exactly one in this release)");
        assertThat(problems("--source.addresses=x@a:1,x@a:2,1@a:3,a:4", "--target.addresses=b:1"))
                .containsExactly(
                        "source.addresses: shard id x twice (expected: unique ids; an entry without"
                                + " one has its place, from 0)");
        assertThat(problems("--source.addresses=b:1,1@c:2,d:3,0@e:4", "--target.addresses=c:2"))
                .containsExactly(
                        "source.addresses: shard id 0 twice (expected: unique ids; an entry without"
                                + " one has its place, from 0)",
                        "target.addresses: c:2 is also in source.addresses (expected: another"
                                + " server)");
        assertThat(problems("--source.addresses=localhost", "--target.addresses=b:x"))
                .containsExactly(
                        "source.addresses: address: localhost (expected: host:port)",
                        "target.addresses: address: b:x (expected: host:port, the port a number)");
        assertThat(problems("--source.addresses=", "--target.addresses=b:1"))
                .containsExactly(
                        "source.addresses: empty (expected: a list with commas between its"
                                + " entries, none of them empty)");
    }

    @Test
    void tlsNeedsBothHalvesOfTheClientCertificate() {
        assertThat(problems(with("--source.tls.enabled=true", "--source.tls.key-file=k.pem")))
                .containsExactly(
                        "source.tls.key-file: needs source.tls.cert-file (expected: both or none)");
        assertThat(problems(with("--target.tls.enabled=true", "--target.tls.cert-file=c.pem")))
                .containsExactly(
                        "target.tls.cert-file: needs target.tls.key-file (expected: both or none)");
    }

    @Test
    void tlsFilesMustExistWhereTheTasksRun() throws IOException {
        String[] cluster = with("--source.tls.enabled", "--source.tls.ca-file=/no/ca.pem");
        assertThat(problems(cluster)).isEmpty();

        List<String> local = new ArrayList<>(List.of(cluster));
        local.add("--local");
        assertThat(problems(local.toArray(String[]::new)))
                .containsExactly("source.tls.ca-file: /no/ca.pem (expected: a readable PEM file)");

        Path ca = Files.writeString(directory.resolve("ca.pem"), "x");
        SyncConfig config =
                load("--local", "--source.tls.enabled=true", "--source.tls.ca-file=" + ca);
        assertThat(config.source().encryption().orElseThrow().ca()).contains(ca.toString());
        assertThat(config.source().encryption().orElseThrow().verifyHostname()).isTrue();
        assertThat(config.target().encryption()).isEmpty();
    }

    @Test
    void saysEverythingAtOnce() {
        ConfigException e =
                catchThrowableOfType(
                        ConfigException.class,
                        () ->
                                SyncConfig.load(
                                        new String[] {
                                            "--sync.mode=half", "--rest.prot=1", "--rest.port=-1"
                                        }));

        assertThat(e)
                .hasMessage(
                        """
                        5 problems in the options:
                          sync.mode: half (expected: full+stream | full | stream)
                          rest.prot: unknown option (did you mean rest.port?)
                          rest.port: -1 (expected: 0 to 65535)
                          source.addresses: missing (expected: [id@]host:port[,[id@]host:port…])
                          target.addresses: missing (expected: host:port)""");
    }

    @Test
    void takesPasswordsFromThreePlaces() throws IOException {
        Path file = Files.writeString(directory.resolve("password"), "file secret\nnot this\n");

        assertThat(load("--source.password=p1").source().secret()).contains(new Secret("p1"));
        assertThat(load("--source.password-env=REDIS_PASSWORD").source().secret())
                .contains(new Secret("env-secret"));
        SyncConfig config = load("--target.user=u", "--target.password-file", file.toString());
        assertThat(config.target().secret()).contains(new Secret("file secret"));
        assertThat(config.target().userName()).contains("u");
        assertThat(config.source().secret()).isEmpty();
    }

    @Test
    void refusesAnEmptyPasswordFile() throws IOException {
        Path file = Files.createFile(directory.resolve("password"));

        assertThat(problems(with("--source.password-file=" + file)))
                .containsExactly(
                        "source.password-file: the first line is empty (expected: a readable file"
                                + " whose first line is the password)");
    }

    @Test
    void passwordsFromTwoPlacesContradict() {
        assertThat(
                        problems(
                                with(
                                        "--source.password=hidden",
                                        "--source.password-env=REDIS_PASSWORD")))
                .containsExactly(
                        "source.password and source.password-env: contradict each other (expected:"
                                + " one of them)");
    }

    @Test
    void keepsSecretsOutOfTheConfigurationAndText() {
        SyncConfig config =
                load(
                        "--source.password=hunter2",
                        "--target.password-env=REDIS_PASSWORD",
                        "--flink.s3.secret-key=hunter2");

        assertThat(config.configuration().toMap().keySet())
                .containsExactlyInAnyOrder("source.addresses", "target.addresses");
        assertThat(config.toString())
                .isEqualTo(
                        "SyncConfig{flink.s3.secret-key=…, source.addresses=a:6379,"
                                + " target.addresses=b:6380}");
        assertThat(config.source().toString() + config.target())
                .doesNotContain("hunter2", "env-secret");
    }

    @Test
    void keepsSecretsOutOfMessages() throws IOException {
        Path yaml =
                Files.writeString(directory.resolve("bad.yaml"), "source:\n  password: *hunter2\n");
        Path nested =
                Files.writeString(
                        directory.resolve("nested.yaml"),
                        "source: {password: [hunter2], pasword: hunter2, password-env: hunter2}");

        for (String[] arguments :
                List.of(
                        with("--source.pasword=hunter2"),
                        with("--source.pasword", "hunter2"),
                        with("--source.password", "correct", "hunter2"),
                        with("--source.password-env=hunter2"),
                        with("--source.password-file=hunter2"),
                        with("--source.password=hunter2", "--source.password-file=hunter2"),
                        with("--source.addresses=redis://:hunter2@a:1"),
                        with("--target.addresses=user:hunter2@a:1"),
                        with("--config=" + yaml),
                        with("--config=" + nested))) {
            ConfigException e =
                    catchThrowableOfType(
                            ConfigException.class,
                            () -> SyncConfig.load(arguments, ENVIRONMENT::get));
            assertThat(e).as(String.join(" ", arguments)).isNotNull();
            assertThat(e.getMessage()).doesNotContain("hunter2");
            assertThat(e).hasNoCause();
        }
    }

    private static SyncConfig load(String... more) {
        return SyncConfig.load(with(more), ENVIRONMENT::get);
    }

    private static String[] with(String... more) {
        List<String> all = new ArrayList<>();
        all.add("--source.addresses=a:6379");
        all.add("--target.addresses=b:6380");
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    /** The problems of these arguments; of a complete command line when there are none. */
    private static List<String> problems(String... arguments) {
        ConfigException e =
                catchThrowableOfType(
                        ConfigException.class,
                        () ->
                                SyncConfig.load(
                                        arguments.length == 0 ? with() : arguments,
                                        ENVIRONMENT::get));
        return e == null ? List.of() : e.problems();
    }
}

package io.redissync.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The run in one JVM as its user sees it: exit code, console and log of a real process. */
class LocalRunnerIT {

    private static final Duration LIMIT = Duration.ofSeconds(90);

    @TempDir private Path directory;
    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void endProcesses() {
        started.forEach(Process::destroyForcibly);
    }

    @Test
    void aJobThatEndsIsComplete() throws Exception {
        Process process = run(LocalRunnerProcess.Job.ENDS, "--rest.port=0");

        assertThat(exitCode(process)).as(errors()).isZero();
        assertThat(output().lines())
                .anyMatch(line -> line.matches("Web UI: http://localhost:[1-9][0-9]*"))
                .anyMatch(line -> line.matches("shard 0  stream  [0-9,]+ commands/s  lag 1.5 kB"))
                .last()
                .isEqualTo("Complete.");
        assertThat(errors()).isEmpty();
        assertThat(Files.readString(directory.resolve("spool/logs/it.log")))
                .contains("Options: SyncConfig{", "flink-redis-sync it");
    }

    @Test
    void aFailureIsOneLine() throws Exception {
        Process process = run(LocalRunnerProcess.Job.FAILS, "--rest.port=0");

        assertThat(exitCode(process)).isEqualTo(1);
        assertThat(errors())
                .isEqualTo("flink-redis-sync: shard 0: link to a:1 lost: Connection reset\n");
    }

    @Test
    void aTakenPortIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("localhost"))) {
            int port = taken.getLocalPort();
            Process process = run(LocalRunnerProcess.Job.ENDS, "--rest.port=" + port);

            assertThat(exitCode(process)).isEqualTo(1);
            assertThat(errors())
                    .isEqualTo(
                            "flink-redis-sync: rest.port: "
                                    + port
                                    + " is in use (expected: a free port, or 0 for any)\n");
        }
    }

    @Test
    void aStopByTheUserIsNoFailure() throws Exception {
        Process process = run(LocalRunnerProcess.Job.RUNS_ON, "--rest.port=0");
        await().atMost(LIMIT).until(() -> output().contains("shard 0  stream"));

        process.destroy();

        assertThat(process.waitFor(15, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(output().lines()).last().isEqualTo("Stopped.");
        assertThat(errors()).isEmpty();
    }

    @Test
    void theMainClassShowsItsUsage() throws Exception {
        assertThat(exitCode(start(SyncJob.class, List.of("--local")))).isEqualTo(2);
        assertThat(errors()).isEqualTo(Usage.text());
        assertThat(output()).isEmpty();
    }

    @Test
    void theMainClassHelps() throws Exception {
        assertThat(exitCode(start(SyncJob.class, List.of("--help")))).isZero();
        assertThat(output()).isEqualTo(Usage.text());
    }

    @Test
    void theMainClassRefusesWrongOptions() throws Exception {
        assertThat(exitCode(start(SyncJob.class, List.of("--local", "--sync.mode=half"))))
                .isEqualTo(2);
        assertThat(errors())
                .startsWith("flink-redis-sync: 3 problems in the options:\n  sync.mode: half");
    }

    private Process run(LocalRunnerProcess.Job job, String option) throws IOException {
        return start(
                LocalRunnerProcess.class,
                List.of(
                        job.name(),
                        "--local",
                        option,
                        "--source.addresses=a:1",
                        "--target.addresses=b:1",
                        "--sync.name=it",
                        "--progress.interval=200 ms",
                        "--spool.dir=" + directory.resolve("spool")));
    }

    private Process start(Class<?> main, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("--add-"))
                .forEach(command::add);
        command.add("-Xmx512m");
        command.add("-Dfile.encoding=UTF-8");
        command.add("-Dstdout.encoding=UTF-8");
        command.add("-Dstderr.encoding=UTF-8");
        command.add("-Dlog4j.configurationFile=classpath:log4j2-local.properties");
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(main.getName());
        command.addAll(arguments);
        Process process =
                new ProcessBuilder(command)
                        .redirectOutput(directory.resolve("out").toFile())
                        .redirectError(directory.resolve("err").toFile())
                        .start();
        started.add(process);
        return process;
    }

    private static int exitCode(Process process) throws InterruptedException {
        assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).as("ended").isTrue();
        return process.exitValue();
    }

    private String output() {
        return read("out");
    }

    private String errors() {
        return read("err");
    }

    private String read(String name) {
        try {
            return Files.readString(directory.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException("read " + name, e);
        }
    }
}

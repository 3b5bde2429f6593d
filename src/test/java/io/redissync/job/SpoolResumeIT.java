package io.redissync.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.redissync.command.Phase;
import io.redissync.testing.RedisBinary;
import io.redissync.testing.RedisServer;
import io.redissync.testing.SyncScenario;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the spool has, a job that was killed does not ask the source for again. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class SpoolResumeIT {

    /** The least that a server takes. */
    private static final int BACKLOG = 16 << 10;

    @TempDir private Path dir;
    private SyncScenario scenario;

    @BeforeEach
    void startServers() {
        scenario =
                SyncScenario.between(
                        RedisServer.start(
                                RedisBinary.best(),
                                "repl-backlog-size " + BACKLOG,
                                "repl-diskless-sync-delay 0"),
                        RedisServer.start(RedisBinary.best()),
                        "spool");
    }

    @AfterEach
    void stopServers() {
        scenario.close();
    }

    @Test
    void theStreamIsContinuedFromTheSpoolThoughTheBacklogHasMovedOn() {
        scenario.fill(1_000).startLoad(11);
        try (SyncRun first = SyncRun.start(dir, scenario.options("--source.ack=received"))) {
            scenario.awaitPhase(Phase.STREAM);
            scenario.load().awaitCommands(1_000, SyncRun.PATIENCE);
            scenario.awaitProgress();
            scenario.target().suspend();
            long applied = scenario.source().infoLong("replication", "master_repl_offset");
            Awaitility.await("much more than the backlog holds")
                    .atMost(SyncRun.PATIENCE)
                    .until(() -> offset() > applied + 20L * BACKLOG);
            scenario.load().stop();
            awaitSpooled();
            first.process().kill9();
            assertThat(first.exitCode()).isNotZero();
        } finally {
            scenario.target().resume();
        }
        try (SyncRun second = SyncRun.start(dir, scenario.options())) {
            scenario.assertConverged();
            assertThat(scenario.fullResyncs()).as(second.log()).isEqualTo(1);
            assertThat(scenario.source().infoLong("stats", "sync_partial_ok")).isEqualTo(1);
            assertThat(second.log()).contains("the spool holds the stream up to offset");
            assertThat(second.stop()).as(second.output()).isZero();
        }
    }

    @Test
    void aWholeSnapshotIsResumedWhereItWasLeft() {
        scenario.fill(20_000).startLoad(12);
        scenario.load().awaitCommands(2_000, SyncRun.PATIENCE);
        try (SyncRun first =
                SyncRun.start(
                        dir,
                        scenario.options(
                                "--source.ack=received", "--sink.max-commands-per-second=1000"))) {
            scenario.awaitPhase(Phase.SNAPSHOT);
            Awaitility.await("the whole snapshot is in the spool")
                    .atMost(SyncRun.PATIENCE)
                    .until(this::snapshotIsWhole);
            long begin = offset();
            Awaitility.await("much more than the backlog holds")
                    .atMost(SyncRun.PATIENCE)
                    .until(() -> offset() > begin + 5L * BACKLOG);
            Awaitility.await("a place inside the snapshot")
                    .atMost(SyncRun.PATIENCE)
                    .until(() -> scenario.marker().orElseThrow().position().offset() > 1_000);
            scenario.load().stop();
            awaitSpooled();
            assertThat(scenario.marker().orElseThrow().position().phase())
                    .isEqualTo(Phase.SNAPSHOT);
            first.process().kill9();
            assertThat(first.exitCode()).isNotZero();
        }
        try (SyncRun second = SyncRun.start(dir, scenario.options())) {
            scenario.assertConverged();
            assertThat(scenario.fullResyncs()).as(second.log()).isEqualTo(1);
            assertThat(second.log())
                    .containsPattern("resumes from the target's marker: snapshot offset [1-9]");
            assertThat(second.stop()).as(second.output()).isZero();
        }
    }

    @Test
    void aFullCopyThatIsCompleteLeavesNothing() throws IOException {
        scenario.fill(500).startLoad(13);
        try (SyncRun full = SyncRun.start(dir, scenario.options("--sync.mode=full"))) {
            assertThat(full.exitCode()).as(full.output()).isZero();
        }
        try (Stream<Path> files = Files.walk(dir.resolve("spool"))) {
            assertThat(files.filter(Files::isRegularFile)).isEmpty();
        }
    }

    private long offset() {
        return scenario.source().infoLong("replication", "master_repl_offset");
    }

    /** The source was told that all it sent is on the job's disk. */
    private void awaitSpooled() {
        Awaitility.await("everything is in the spool")
                .atMost(SyncRun.PATIENCE)
                .until(
                        () -> {
                            String replica = scenario.source().info("replication", "slave0");
                            return replica != null && replica.contains("offset=" + offset() + ",");
                        });
    }

    private boolean snapshotIsWhole() {
        try (Stream<Path> files = Files.walk(dir.resolve("spool"))) {
            for (Path file : files.filter(f -> f.endsWith("history")).toList()) {
                if (Files.readString(file).contains("\nsnapshot ")) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException("look for the snapshot in " + dir, e);
        }
    }
}

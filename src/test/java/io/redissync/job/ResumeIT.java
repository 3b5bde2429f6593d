package io.redissync.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.redissync.command.Phase;
import io.redissync.testing.SyncScenario;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Invariant 4 without a savepoint: the same job, run again, goes on from the marker in the target
 * and not by a second full resync.
 */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class ResumeIT {

    private enum End {
        SIGTERM,
        KILL_9
    }

    @TempDir private Path dir;
    private SyncScenario scenario;

    @BeforeEach
    void startServers() {
        scenario = SyncScenario.start("resume").fill(5_000);
    }

    @AfterEach
    void stopServers() {
        scenario.close();
    }

    @ParameterizedTest
    @EnumSource
    void aSecondRunContinuesFromTheMarker(End end) {
        scenario.startLoad(7);
        try (SyncRun first = SyncRun.start(dir, scenario.options())) {
            scenario.awaitPhase(Phase.STREAM);
            scenario.load().awaitCommands(2_000, SyncRun.PATIENCE);
            scenario.awaitProgress();
            if (end == End.SIGTERM) {
                assertThat(first.stop()).as(first.output()).isZero();
                assertThat(first.process().lines()).last().isEqualTo("Stopped.");
                assertThat(first.progress("0")).last().asString().startsWith("shard 0  stopped");
            } else {
                first.process().kill9();
                assertThat(first.exitCode()).isNotZero();
            }
        }
        scenario.load().awaitCommands(1_000, SyncRun.PATIENCE);
        try (SyncRun second = SyncRun.start(dir, scenario.options())) {
            scenario.awaitProgress();
            scenario.load().awaitCommands(1_000, SyncRun.PATIENCE);
            scenario.assertConverged();
            assertThat(scenario.fullResyncs()).isEqualTo(1);
            assertThat(scenario.source().infoLong("stats", "sync_partial_ok")).isEqualTo(1);
            assertThat(second.stop()).as(second.output()).isZero();
        }
        assertThat(scenario.source().infoLong("replication", "connected_slaves")).isZero();
    }

    @Test
    void fullIsContinuedByFullAndStream() {
        scenario.startLoad(8);
        try (SyncRun full = SyncRun.start(dir, scenario.options("--sync.mode=full"))) {
            assertThat(full.exitCode()).as(full.output()).isZero();
        }
        assertThat(scenario.marker().orElseThrow().position().phase()).isEqualTo(Phase.STREAM);
        try (SyncRun run = SyncRun.start(dir, scenario.options())) {
            scenario.awaitProgress();
            scenario.assertConverged();
            assertThat(run.stop()).as(run.output()).isZero();
        }
        assertThat(scenario.fullResyncs()).isEqualTo(1);
        assertThat(scenario.source().infoLong("stats", "sync_partial_ok")).isEqualTo(1);
    }

    @Test
    void aTargetThatCameBackEmptyIsFilledAgain() {
        scenario.startLoad(9);
        try (SyncRun run = SyncRun.start(dir, scenario.options("--sink.retry-timeout=2s"))) {
            scenario.awaitPhase(Phase.STREAM);
            scenario.load().awaitCommands(1_000, SyncRun.PATIENCE);
            // Without a checkpoint an empty target is where every sync begins.
            Awaitility.await("a checkpoint, which the source hears of")
                    .atMost(SyncRun.PATIENCE)
                    .until(
                            () ->
                                    scenario.source()
                                            .info("replication", "slave0")
                                            .matches(".*,offset=[1-9].*"));
            scenario.target().kill9();
            run.process().awaitLine("^WARN The job failed and is restarted", SyncRun.PATIENCE);
            run.process()
                    .awaitLine(
                            "connect to " + scenario.target().address() + ": Connection refused",
                            SyncRun.PATIENCE);
            scenario.target().restart();
            scenario.awaitPhase(Phase.STREAM);
            scenario.load().awaitCommands(1_000, SyncRun.PATIENCE);
            scenario.assertConverged();
            assertThat(run.output()).contains("full resync: the target has lost its marker");
            assertThat(run.stop()).as(run.output()).isZero();
        }
        assertThat(scenario.fullResyncs()).isEqualTo(2);
    }
}

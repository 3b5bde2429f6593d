package io.redissync.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.redissync.command.Phase;
import io.redissync.testing.FlinkCluster;
import io.redissync.testing.SyncScenario;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol;

/**
 * Invariants 1 to 5 and 9 on a real cluster of separate JVMs, under load: whatever is killed,
 * stopped or cut, the target ends equal to the source, and no fault of the stream phase needs a
 * second full resync.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ClusterFaultsIT {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int TASK_MANAGERS = 2;

    @TempDir static Path dir;
    private static FlinkCluster flink;

    private SyncScenario scenario;
    private String job;

    @BeforeAll
    static void startCluster() {
        flink = FlinkCluster.start(dir.resolve("cluster"), TASK_MANAGERS, Map.of());
    }

    @AfterAll
    static void stopCluster() {
        if (flink != null) {
            flink.close();
        }
    }

    @BeforeEach
    void startServers(TestInfo test) {
        scenario = SyncScenario.start(test.getTestMethod().orElseThrow().getName());
    }

    @AfterEach
    void stopServers() {
        if (job != null && !flink.jobState(job).matches("CANCELED|FINISHED|FAILED")) {
            flink.cancel(job);
        }
        scenario.close();
    }

    @Test
    void taskManagerKilledInTheStreamPhase() {
        startIntoStream();
        int killed = taskManagerOfTheJob();
        flink.killTaskManager(killed);
        flink.startTaskManager();
        awaitRestored(1);
        scenario.awaitProgress();
        scenario.load().awaitCommands(2_000, PATIENCE);
        scenario.assertConverged();
        assertThat(scenario.fullResyncs()).isEqualTo(1);
    }

    @Test
    void taskManagerKilledInTheSnapshotPhase() {
        scenario.fill(200_000).startLoad(2);
        // Slow enough to be met in the middle of the snapshot.
        start("--sink.max-commands-per-second=20000");
        scenario.awaitPhase(Phase.SNAPSHOT);
        scenario.awaitProgress();
        flink.killTaskManager(taskManagerOfTheJob());
        assertThat(scenario.marker().orElseThrow().position().phase()).isEqualTo(Phase.SNAPSHOT);
        flink.startTaskManager();
        scenario.awaitPhase(Phase.STREAM);
        scenario.load().awaitCommands(2_000, PATIENCE);
        scenario.assertConverged();
    }

    @Test
    void stopWithSavepointAndRestoreWithAnotherParallelism() {
        startIntoStream();
        String savepoint = flink.stopWithSavepoint(job);
        scenario.load().awaitCommands(2_000, PATIENCE);
        job = flink.runJob(scenario.options(), List.of("-s", savepoint, "-p", "2"));
        scenario.awaitProgress();
        assertThat(flink.rest("/jobs/" + job).get("vertices").get(1).get("parallelism").asInt())
                .isEqualTo(2);
        scenario.load().awaitCommands(2_000, PATIENCE);
        scenario.assertConverged();
        assertThat(scenario.fullResyncs()).isEqualTo(1);
    }

    @Test
    void linkCutAtTheSource() {
        startIntoStream();
        for (int cut = 0; cut < 3; cut++) {
            try (Jedis jedis = scenario.source().jedis()) {
                jedis.sendCommand(Protocol.Command.CLIENT, "KILL", "TYPE", "replica");
            }
            scenario.load().awaitCommands(1_000, PATIENCE);
            scenario.awaitProgress();
        }
        scenario.assertConverged();
        assertThat(scenario.fullResyncs()).isEqualTo(1);
        assertThat(scenario.source().infoLong("stats", "sync_partial_ok"))
                .isGreaterThanOrEqualTo(3);
    }

    @Test
    void targetConnectionCutInMidBatch() {
        startIntoStream();
        for (int cut = 0; cut < 20; cut++) {
            try (Jedis jedis = scenario.target().jedis()) {
                jedis.sendCommand(Protocol.Command.CLIENT, "KILL", "TYPE", "normal");
            }
            scenario.load().awaitCommands(200, PATIENCE);
        }
        scenario.assertConverged();
        assertThat(scenario.fullResyncs()).isEqualTo(1);
        assertThat(flink.restoredCheckpoints(job)).as("settled in place").isZero();
    }

    @Test
    void taskManagerStoppedUntilItsReplacementWrites() throws IOException, InterruptedException {
        startIntoStream();
        int stopped = taskManagerOfTheJob();
        long pid = flink.pidOfTaskManager(stopped);
        String oldToken = tokenPrefix();
        signal("STOP", pid);
        try {
            awaitRestored(1);
            Awaitility.await("the replacement writes")
                    .atMost(PATIENCE)
                    .until(() -> !tokenPrefix().equals(oldToken));
            scenario.load().awaitCommands(1_000, PATIENCE);
        } finally {
            signal("CONT", pid);
        }
        // Awake again, it finds its batches refused and learns that it is not needed.
        Awaitility.await("the stopped TaskManager is back")
                .atMost(PATIENCE)
                .until(() -> flink.rest("/overview").get("taskmanagers").asInt() == TASK_MANAGERS);
        scenario.load().awaitCommands(2_000, PATIENCE);
        scenario.assertConverged();
        assertThat(scenario.fullResyncs()).isEqualTo(1);
        assertThat(flink.jobState(job)).isEqualTo("RUNNING");
    }

    private void startIntoStream() {
        scenario.fill(20_000).startLoad(1);
        start();
        scenario.awaitPhase(Phase.STREAM);
        scenario.load().awaitCommands(2_000, PATIENCE);
        Awaitility.await("a completed checkpoint")
                .atMost(PATIENCE)
                .until(() -> flink.completedCheckpoints(job) > 0);
    }

    private void start(String... options) {
        job = flink.runJob(scenario.options(options), List.of("-p", "1"));
    }

    private void awaitRestored(long restores) {
        Awaitility.await("restored checkpoints")
                .atMost(PATIENCE)
                .until(() -> flink.restoredCheckpoints(job) >= restores);
    }

    /** The writer's part of the token: another writer has another. */
    private String tokenPrefix() {
        return scenario.marker().orElseThrow().token().replaceFirst("-.*", "");
    }

    /** Number of the TaskManager that runs the job's last vertex. */
    private int taskManagerOfTheJob() {
        JsonNode vertices = flink.rest("/jobs/" + job).get("vertices");
        String vertex = vertices.get(vertices.size() - 1).get("id").asText();
        JsonNode subtasks = flink.rest("/jobs/" + job + "/vertices/" + vertex).get("subtasks");
        String id = subtasks.get(0).get("taskmanager-id").asText();
        return Integer.parseInt(id.replaceFirst("^\\D*(\\d+).*$", "$1"));
    }

    private static void signal(String name, long pid) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start();
        assertThat(kill.waitFor()).as("kill -" + name + " " + pid).isZero();
    }
}

package io.redissync.scripts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.redissync.testing.FlinkCluster;
import io.redissync.testing.Ports;
import io.redissync.testing.Script;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The cluster script starts, shows, loses and replaces real processes, and leaves none behind. */
class ClusterScriptIT {

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int NOT_RUNNING = 3;

    // A blank and a quote: the checkout of a user may be anywhere.
    @TempDir Path temp;

    @Test
    void losesAndReplacesTaskManagersAndLeavesNothingBehind() {
        Path dir = temp.resolve("a user's cluster");
        List<ProcessHandle> processes = new ArrayList<>();
        try (FlinkCluster flink =
                FlinkCluster.start(dir, 2, Map.of("taskmanager.numberOfTaskSlots", "3"))) {
            ProcessHandle lost = handle(flink.pidOfTaskManager(1));
            processes.add(handle(flink.pidOfJobManager()));
            processes.add(lost);
            processes.add(handle(flink.pidOfTaskManager(2)));
            assertThat(processes).allMatch(ProcessHandle::isAlive).doesNotHaveDuplicates();
            assertThat(flink.rest("/overview").path("taskmanagers").asInt()).isEqualTo(2);
            assertThat(flink.rest("/overview").path("slots-total").asInt()).isEqualTo(6);

            flink.killTaskManager(1);

            await().atMost(LIMIT).until(() -> !lost.isAlive());
            await().atMost(LIMIT)
                    .until(() -> flink.rest("/overview").path("taskmanagers").asInt() == 1);

            assertThat(flink.startTaskManager()).isEqualTo(1);

            assertThat(flink.pidOfTaskManager(1)).isNotEqualTo(lost.pid());
            assertThat(flink.rest("/overview").path("taskmanagers").asInt()).isEqualTo(2);
            assertThat(flink.startTaskManager()).isEqualTo(3);
            processes.add(handle(flink.pidOfTaskManager(1)));
            processes.add(handle(flink.pidOfTaskManager(3)));

            ProcessHandle jobManager = handle(flink.pidOfJobManager());
            flink.killJobManager();
            await().atMost(LIMIT).until(() -> !jobManager.isAlive());
            flink.startJobManager();
            processes.add(handle(flink.pidOfJobManager()));
            await().atMost(LIMIT)
                    .until(() -> flink.rest("/overview").path("taskmanagers").asInt() == 3);
        }
        await().atMost(LIMIT).until(() -> processes.stream().noneMatch(ProcessHandle::isAlive));
    }

    @Test
    void saysWhatRunsAndRefusesASecondStart() throws IOException {
        int restPort = Ports.free();
        Script script =
                new Script(
                        "flink-cluster.sh",
                        Map.of(
                                "FLINK_CLUSTER_DIR", temp.toString(),
                                "FLINK_REST_PORT", Integer.toString(restPort),
                                "FLINK_JM_PORT", Integer.toString(Ports.free())));
        assertThat(script.run(LIMIT, "status").exitCode()).isEqualTo(NOT_RUNNING);
        assertThat(script.run(LIMIT, "start-tm").exitCode()).isEqualTo(1);
        try {
            assertThat(script.run(LIMIT, "start", "1").orFail().out())
                    .contains("Web UI: http://localhost:" + restPort);
            String jobManager = script.run(LIMIT, "pid", "jm").orFail().out().strip();

            assertThat(script.run(LIMIT, "status").orFail().out())
                    .contains("jm     running, pid " + jobManager)
                    .contains("\"taskmanagers\":1");

            Script.Result second = script.run(LIMIT, "start", "1");
            assertThat(second.exitCode()).isEqualTo(1);
            assertThat(second.err()).contains("runs already").contains("flink-cluster.sh stop");
            assertThat(script.run(LIMIT, "pid", "jm").orFail().out().strip()).isEqualTo(jobManager);

            Script.Result unknown = script.run(LIMIT, "kill-tm", "7");
            assertThat(unknown.exitCode()).isEqualTo(1);
            assertThat(unknown.err()).contains("TaskManager 7 does not run", "running: 1");
        } finally {
            script.run(LIMIT, "stop").orFail();
        }
        assertThat(script.run(LIMIT, "status").exitCode()).isEqualTo(NOT_RUNNING);
        assertThat(script.run(LIMIT, "stop").exitCode()).isZero();
    }

    @Test
    void leavesAloneAProcessThatOnlyHasThePidOfAnOldOne() throws IOException {
        Path run = Files.createDirectories(temp.resolve("run"));
        long own = ProcessHandle.current().pid();
        Files.writeString(run.resolve("tm-1.pid"), own + "\n");
        Script script =
                new Script("flink-cluster.sh", Map.of("FLINK_CLUSTER_DIR", temp.toString()));

        assertThat(script.run(LIMIT, "kill-tm", "1").exitCode()).isEqualTo(1);
        assertThat(script.run(LIMIT, "stop").exitCode()).isZero();

        assertThat(run.resolve("tm-1.pid")).doesNotExist();
    }

    @Test
    void saysWhyItCannotStart() throws IOException {
        Script script =
                new Script(
                        "flink-cluster.sh",
                        Map.of(
                                "FLINK_CLUSTER_DIR", temp.toString(),
                                "FLINK_REST_PORT", Integer.toString(Ports.free()),
                                "FLINK_JM_PORT", Integer.toString(Ports.free())));

        Script.Result result = script.run(LIMIT, "start", "1", "-Dheartbeat.interval=often");

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains("heartbeat.interval", "error: jm:");
        assertThat(script.run(LIMIT, "status").exitCode()).isEqualTo(NOT_RUNNING);
    }

    private static ProcessHandle handle(long pid) {
        return ProcessHandle.of(pid).orElseThrow();
    }
}

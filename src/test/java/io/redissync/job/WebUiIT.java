package io.redissync.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.redissync.command.Phase;
import io.redissync.testing.RedisBinary;
import io.redissync.testing.RedisServer;
import io.redissync.testing.SyncScenario;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** What the Web UI's REST API and both servers show of a running job, and what none may show. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class WebUiIT {

    private static final String SOURCE_SECRET = "open-sesame-4711";
    private static final String TARGET_SECRET = "shibboleth-0815";

    @TempDir private Path dir;

    @Test
    void showsTheJobButNoSecret() throws IOException {
        Path passwordFile = dir.resolve("target.password");
        Files.writeString(passwordFile, TARGET_SECRET + "\n");
        try (SyncScenario scenario =
                SyncScenario.between(
                        RedisServer.start(RedisBinary.best(), "requirepass " + SOURCE_SECRET),
                        RedisServer.start(RedisBinary.best(), "requirepass " + TARGET_SECRET),
                        "seen")) {
            scenario.fill(10_000);
            List<String> options =
                    scenario.options(
                            "--source.password-env=SYNC_TEST_SOURCE_PASSWORD",
                            "--target.password-file=" + passwordFile,
                            "--flink.metrics.fetcher.update-interval=200ms");
            try (SyncRun run =
                    SyncRun.start(
                            dir, options, Map.of("SYNC_TEST_SOURCE_PASSWORD", SOURCE_SECRET))) {
                scenario.startLoad(5);
                scenario.awaitPhase(Phase.STREAM);
                scenario.load().awaitCommands(2_000, SyncRun.PATIENCE);
                assertVertices(scenario, run);
                assertServersKnowIt(scenario);
                scenario.assertConverged();
                assertMetrics(scenario, run);
                assertNoSecret(run);
                assertThat(run.stop()).as(run.output()).isZero();
                assertThat(run.output() + run.log()).doesNotContain(SOURCE_SECRET, TARGET_SECRET);
            }
        }
    }

    private static void assertVertices(SyncScenario scenario, SyncRun run) {
        List<String> names = new ArrayList<>();
        run.json("/jobs/" + run.job())
                .get("vertices")
                .forEach(vertex -> names.add(vertex.get("name").asText()));
        assertThat(names).hasSize(2);
        assertThat(names.get(0))
                .contains("Redis PSYNC source " + scenario.source().address())
                .doesNotContain("Redis sink");
        assertThat(names.get(1))
                .contains("Filter, transform", "Redis sink " + scenario.target().address());
    }

    private static void assertServersKnowIt(SyncScenario scenario) {
        try (Jedis source = scenario.source().jedis();
                Jedis target = scenario.target().jedis()) {
            assertThat(source.info("replication").lines())
                    .anyMatch(line -> line.matches("slave0:.*state=online.*"));
            assertThat(ClientList.of(source))
                    .filteredOn(client -> client.get("flags").contains("S"))
                    .singleElement()
                    .extracting(client -> client.get("name"))
                    .isEqualTo("redis-sync:seen:source:0");
            assertThat(ClientList.of(target))
                    .extracting(client -> client.get("name"))
                    .anyMatch(name -> name.startsWith("redis-sync:seen:"));
        }
    }

    private static void assertMetrics(SyncScenario scenario, SyncRun run) {
        Map<String, String> source = new HashMap<>();
        Map<String, String> sink = new HashMap<>();
        Awaitility.await("metrics of the stream's end")
                .atMost(SyncRun.PATIENCE)
                .until(
                        () -> {
                            source.putAll(shardMetrics(run, 0));
                            sink.putAll(shardMetrics(run, 1));
                            return "0".equals(source.get("lagBytes"))
                                    && source.get("offset").equals(sink.get("appliedOffset"));
                        });
        assertThat(source.get("phase")).isEqualTo("stream");
        assertThat(source.get("snapshotPercent")).isEqualTo("100.0");
        assertThat(source.get("snapshotKeys")).matches("1[0-9]{4}");
        assertThat(source.get("fullResyncs")).isEqualTo("1");
        assertThat(Long.parseLong(source.get("offset")))
                .isPositive()
                .isLessThanOrEqualTo(
                        scenario.source().infoLong("replication", "master_repl_offset"));
        assertThat(Long.parseLong(source.get("spoolBytes"))).isNotNegative();
        assertThat(Long.parseLong(sink.get("commandsApplied"))).isGreaterThan(12_000);
        assertThat(Long.parseLong(sink.get("bytesApplied"))).isGreaterThan(200_000);
        assertThat(sink.get("commandsRefused")).isEqualTo("0");
    }

    /** Metrics of shard 0 in a vertex' only subtask, by their own names. */
    private static Map<String, String> shardMetrics(SyncRun run, int vertex) {
        String job = run.job();
        String id = run.json("/jobs/" + job).get("vertices").get(vertex).get("id").asText();
        String path = "/jobs/" + job + "/vertices/" + id + "/subtasks/0/metrics";
        List<String> names =
                StreamSupport.stream(run.json(path).spliterator(), false)
                        .map(metric -> metric.get("id").asText())
                        .filter(name -> name.contains(".shard.0."))
                        .toList();
        Map<String, String> values = new HashMap<>();
        if (!names.isEmpty()) {
            String query = String.join(",", names).replace(" ", "%20");
            for (JsonNode metric : run.json(path + "?get=" + query)) {
                values.put(
                        metric.get("id").asText().replaceFirst(".*\\.shard\\.0\\.", ""),
                        metric.get("value").asText());
            }
        }
        return values;
    }

    private static void assertNoSecret(SyncRun run) {
        String job = "/jobs/" + run.job();
        for (String path :
                List.of(
                        job,
                        job + "/config",
                        job + "/plan",
                        job + "/jobmanager/config",
                        "/jobmanager/config",
                        "/jobmanager/environment",
                        "/jobmanager/log")) {
            assertThat(run.rest(path)).as(path).doesNotContain(SOURCE_SECRET, TARGET_SECRET);
        }
    }
}

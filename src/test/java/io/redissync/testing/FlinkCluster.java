package io.redissync.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;

/**
 * A real standalone Flink cluster for a test: one JVM for the JobManager and one for each
 * TaskManager, made and ended by {@code scripts/flink-cluster.sh}, on ports of its own.
 *
 * <p>Needs what {@code mvn package} leaves in {@code target/}: for tests named {@code *IT} only.
 */
public final class FlinkCluster implements AutoCloseable {

    private static final Duration SCRIPT_TIMEOUT = Duration.ofMinutes(3);
    private static final Duration REST_TIMEOUT = Duration.ofSeconds(20);
    private static final Pattern SUBMITTED =
            Pattern.compile("Job has been submitted with JobID ([0-9a-f]{32})");
    private static final Pattern SAVEPOINT =
            Pattern.compile("^Savepoint completed\\. Path: (.+)$", Pattern.MULTILINE);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path dir;
    private final int restPort;
    private final Script cluster;
    private final Script cli;
    private final HttpClient http = HttpClient.newBuilder().connectTimeout(REST_TIMEOUT).build();

    private FlinkCluster(Path dir, int restPort, int jobManagerPort) {
        this.dir = dir;
        this.restPort = restPort;
        Map<String, String> environment =
                Map.of(
                        "FLINK_CLUSTER_DIR", dir.toString(),
                        "FLINK_REST_PORT", Integer.toString(restPort),
                        "FLINK_JM_PORT", Integer.toString(jobManagerPort));
        this.cluster = new Script("flink-cluster.sh", environment);
        this.cli = new Script("flink.sh", environment);
    }

    /**
     * Starts a cluster and returns when its TaskManagers are registered.
     *
     * @param dir takes configuration, logs, checkpoints and savepoints; made when missing
     * @param taskManagers how many, numbered from 1, of two slots each unless {@code conf} says
     *     else
     * @param conf Flink settings over those of {@code flink-conf/config.yaml}
     */
    public static FlinkCluster start(Path dir, int taskManagers, Map<String, String> conf) {
        FlinkCluster flink = new FlinkCluster(dir, Ports.free(), Ports.free());
        List<String> arguments = new ArrayList<>(List.of("start", Integer.toString(taskManagers)));
        conf.forEach((key, value) -> arguments.add("-D" + key + "=" + value));
        flink.cluster(arguments.toArray(String[]::new));
        return flink;
    }

    /** Where configuration, logs, checkpoints and savepoints are. */
    public Path dir() {
        return dir;
    }

    /** The logs of all processes, {@code taskmanager-1.log} among them. */
    public Path logDir() {
        return dir.resolve("log");
    }

    /** Address of the Web UI and of REST, without a slash at the end. */
    public String webUi() {
        return "http://localhost:" + restPort;
    }

    /**
     * Submits the project's job jar, detached.
     *
     * @param programArgs the job's own options
     * @param cliArgs options of {@code flink run}, such as {@code -p 2} or {@code -s PATH}
     * @return the job's id
     */
    public String runJob(List<String> programArgs, List<String> cliArgs) {
        Path jar = ProjectDir.find().resolve("target/flink-redis-sync.jar");
        if (!Files.isRegularFile(jar)) {
            throw new IllegalStateException("run the job: " + jar + " is missing (mvn package)");
        }
        return runJar(jar, programArgs, cliArgs);
    }

    /** Like {@link #runJob}, with another jar; {@code -c CLASS} belongs to {@code cliArgs}. */
    public String runJar(Path jar, List<String> programArgs, List<String> cliArgs) {
        List<String> arguments = new ArrayList<>(List.of("run", "-d"));
        arguments.addAll(cliArgs);
        arguments.add(jar.toString());
        arguments.addAll(programArgs);
        return found(SUBMITTED, cli(arguments.toArray(String[]::new)));
    }

    /** {@code kill -9}; returns when the process is gone. Flink notices by its heartbeats. */
    public void killTaskManager(int number) {
        cluster("kill-tm", Integer.toString(number));
    }

    /** One more TaskManager, registered when this returns; its number is the lowest free one. */
    public int startTaskManager() {
        return Integer.parseInt(cluster("start-tm").out().strip());
    }

    /** {@code kill -9}; the jobs that it ran are lost, their checkpoints stay. */
    public void killJobManager() {
        cluster("kill-jm");
    }

    /** A new JobManager at the same ports; the TaskManagers register with it in their own time. */
    public void startJobManager() {
        cluster("start-jm");
    }

    public long pidOfTaskManager(int number) {
        return Long.parseLong(cluster("pid", "tm", Integer.toString(number)).out().strip());
    }

    public long pidOfJobManager() {
        return Long.parseLong(cluster("pid", "jm").out().strip());
    }

    /** Stops the job after a savepoint and returns the savepoint's path, a {@code file:} URI. */
    public String stopWithSavepoint(String jobId) {
        return found(SAVEPOINT, cli("stop", jobId));
    }

    public void cancel(String jobId) {
        cli("cancel", jobId);
    }

    /**
     * The body of a GET on the JobManager.
     *
     * @param path from the slash on, such as {@code /overview}
     * @throws IllegalStateException when the answer is not a 200
     */
    public JsonNode rest(String path) {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(webUi() + path)).timeout(REST_TIMEOUT).build();
        try {
            HttpResponse<String> response =
                    http.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new IllegalStateException(
                        "GET "
                                + path
                                + ": status "
                                + response.statusCode()
                                + " (expected: 200): "
                                + response.body());
            }
            return JSON.readTree(response.body());
        } catch (IOException e) {
            throw new UncheckedIOException("GET " + path + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("GET " + path + ": interrupted", e);
        }
    }

    /**
     * Flink's word for the job's state. After a {@code kill -9} it goes on saying RUNNING until the
     * heartbeat times out: assert on data and on {@link #restoredCheckpoints} instead.
     */
    public String jobState(String jobId) {
        return rest("/jobs/" + jobId).path("state").asText();
    }

    /** How many checkpoints and savepoints this run of the job has completed. */
    public long completedCheckpoints(String jobId) {
        return checkpointCount(jobId, "completed");
    }

    /** How often this run of the job has started from a checkpoint or savepoint. */
    public long restoredCheckpoints(String jobId) {
        return checkpointCount(jobId, "restored");
    }

    private long checkpointCount(String jobId, String kind) {
        JsonNode count = rest("/jobs/" + jobId + "/checkpoints").path("counts").path(kind);
        if (!count.isNumber()) {
            throw new IllegalStateException(
                    "checkpoints of job " + jobId + ": no number of those " + kind);
        }
        return count.asLong();
    }

    /** Ends all processes of this cluster, stopped ones ({@code SIGSTOP}) too. */
    @Override
    public void close() {
        cluster("stop");
    }

    private Script.Result cluster(String... arguments) {
        return cluster.run(SCRIPT_TIMEOUT, arguments).orFail();
    }

    private Script.Result cli(String... arguments) {
        return cli.run(SCRIPT_TIMEOUT, arguments).orFail();
    }

    private static String found(Pattern pattern, Script.Result result) {
        Matcher matcher = pattern.matcher(result.out());
        if (!matcher.find()) {
            throw new IllegalStateException(
                    result.command() + ": no '" + pattern + "' in\n" + result.out() + result.err());
        }
        return matcher.group(1);
    }
}

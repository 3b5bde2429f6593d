package io.redissync.chaos;

import io.redissync.command.History;
import io.redissync.command.Marker;
import io.redissync.command.Phase;
import io.redissync.command.Position;
import io.redissync.testing.CutProxy;
import io.redissync.testing.Digests;
import io.redissync.testing.FlinkCluster;
import io.redissync.testing.Markers;
import io.redissync.testing.RedisBinary;
import io.redissync.testing.RedisServer;
import io.redissync.testing.SyncScenario;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.awaitility.Awaitility;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

/** Both servers, the load, the cluster and the job that faults are done to. */
final class ChaosWorld implements Closeable {

    private static final String SYNC_NAME = "chaos";
    private static final String SHARD = "0";
    private static final int TASK_MANAGERS = 2;
    private static final int FILL = 50_000;
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Duration EXPIRY_TOLERANCE = Duration.ofMillis(1500);
    private static final String BACKLOG = "512mb";
    private static final String TINY_BACKLOG = "16384";

    private final Path dir;
    private final Journal journal;
    private final RedisServer source;
    private final RedisServer target;
    private final CutProxy link;
    private final SyncScenario scenario;
    private FlinkCluster flink;
    private String job;
    private long syncsBeforeRestarts;
    private long forcedAtLeast;
    private long forcedAtMost;

    ChaosWorld(Path dir, long seed, Journal journal) {
        this.dir = dir;
        this.journal = journal;
        source =
                RedisServer.start(
                        RedisBinary.best(),
                        "repl-backlog-size " + BACKLOG,
                        "repl-diskless-sync-delay 0",
                        "repl-ping-replica-period 1");
        target = RedisServer.start(RedisBinary.best(), "appendonly yes", "appendfsync always");
        link = CutProxy.to(source.address());
        scenario = SyncScenario.between(source, target, SYNC_NAME).fill(FILL).startLoad(seed);
    }

    /** Starts the cluster and the job, and waits for the stream. */
    void start() {
        say("source " + source + ", target " + target);
        flink =
                FlinkCluster.start(
                        dir.resolve("cluster"),
                        TASK_MANAGERS,
                        // Faults come by the minute here: no waiting for longer and longer.
                        Map.of("restart-strategy.exponential-delay.max-backoff", "2s"));
        say("cluster " + flink.webUi());
        submit(List.of());
        await("the stream phase", this::isInTheStream);
        awaitProgress();
    }

    RedisServer source() {
        return source;
    }

    RedisServer target() {
        return target;
    }

    CutProxy link() {
        return link;
    }

    FlinkCluster flink() {
        return flink;
    }

    /** The copy of the job that counts. */
    String job() {
        return job;
    }

    void job(String id) {
        job = id;
    }

    void say(String what) {
        journal.say("   " + what);
    }

    /** Submits the job when both ends answer; from now on it is the one that counts. */
    void submit(List<String> cliArguments) {
        await("both ends answer", () -> answers(source) && answers(target));
        job =
                flink.runJob(
                        List.of(
                                "--source.addresses=" + SHARD + "@" + link.address(),
                                "--target.addresses=" + target.address(),
                                "--sync.name=" + SYNC_NAME,
                                "--target.ttl-slack=" + SyncScenario.SLACK.toMinutes() + "min",
                                // Shorter than faults are long: what times out is late, not lost.
                                "--source.timeout=4s",
                                "--target.timeout=3s",
                                "--sink.retry-timeout=5s",
                                "--checkpoint.interval=1s"),
                        cliArguments);
        say("job " + job + " submitted " + cliArguments);
    }

    private static boolean answers(RedisServer server) {
        try (Jedis jedis = server.jedis()) {
            return jedis.ping().equals("PONG");
        }
    }

    void cancel() {
        cancel(job);
    }

    void cancel(String id) {
        flink.cancel(id);
        await("job " + id + " is cancelled", () -> flink.jobState(id).equals("CANCELED"));
        say("job " + id + " cancelled");
    }

    String stopWithSavepoint() {
        String savepoint = flink.stopWithSavepoint(job);
        say("job " + job + " stopped with a savepoint");
        return savepoint;
    }

    /** The newest completed checkpoint of the job that counts, as {@code -s} takes it. */
    String newestCheckpoint() {
        try (Stream<Path> found = Files.list(flink.dir().resolve("checkpoints").resolve(job))) {
            return found.filter(path -> Files.exists(path.resolve("_metadata")))
                    .max(
                            Comparator.comparingLong(
                                    path ->
                                            Long.parseLong(
                                                    path.getFileName()
                                                            .toString()
                                                            .replaceFirst("chk-", ""))))
                    .orElseThrow(
                            () -> new IllegalStateException("job " + job + " has no checkpoint"))
                    .toUri()
                    .toString();
        } catch (IOException e) {
            throw new UncheckedIOException("list the checkpoints of job " + job, e);
        }
    }

    long restored() {
        return flink.restoredCheckpoints(job);
    }

    void awaitTaskManagers() {
        await(
                TASK_MANAGERS + " TaskManagers",
                () -> flink.rest("/overview").get("taskmanagers").asInt() == TASK_MANAGERS);
    }

    /** Number of the TaskManager that runs the first subtask of the job's last vertex. */
    int taskManagerOfTheJob() {
        Pattern number = Pattern.compile("^tm-(\\d+)-");
        AtomicInteger found = new AtomicInteger();
        await(
                "job " + job + " runs somewhere",
                () -> {
                    Matcher matcher = number.matcher(taskManagerId());
                    if (matcher.find()) {
                        found.set(Integer.parseInt(matcher.group(1)));
                    }
                    return found.get() > 0;
                });
        return found.get();
    }

    private String taskManagerId() {
        JsonNode vertices = flink.rest("/jobs/" + job).get("vertices");
        String vertex = vertices.get(vertices.size() - 1).get("id").asText();
        JsonNode subtasks = flink.rest("/jobs/" + job + "/vertices/" + vertex).get("subtasks");
        return subtasks.get(0).get("taskmanager-id").asText();
    }

    /** Of a target that is away: none. */
    private Optional<Marker> marker() {
        try {
            return Markers.read(target, SYNC_NAME, SHARD).values().stream().findFirst();
        } catch (JedisConnectionException | JedisDataException e) {
            return Optional.empty();
        }
    }

    boolean hasMarker() {
        return marker().isPresent();
    }

    Position position() {
        return marker().orElseThrow(() -> new IllegalStateException("the target has no marker"))
                .position();
    }

    /** Whether the target's marker is of another history. */
    boolean hasLeft(History history) {
        return marker().filter(m -> !m.position().history().equals(history)).isPresent();
    }

    boolean isInTheStream() {
        return marker().filter(m -> m.position().phase() == Phase.STREAM).isPresent();
    }

    /** The writer's part of the marker's token: another writer has another. */
    String writer() {
        return marker().map(marker -> marker.token().replaceFirst("-.*", "")).orElse("");
    }

    /** Lets the load write so many commands. */
    void writes(int commands) {
        scenario.load().awaitCommands(commands, PATIENCE);
    }

    /** Lets time pass, where nothing can be waited for. */
    void pass(Duration time) {
        Awaitility.await("time passes")
                .pollDelay(time)
                .atMost(time.plus(PATIENCE))
                .until(() -> true);
    }

    /** Waits, unless the job has ended for good. */
    void await(String what, Callable<Boolean> condition) {
        Awaitility.await(what)
                .atMost(PATIENCE)
                .pollInSameThread()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptionsInstanceOf(JedisDataException.class)
                .ignoreExceptionsInstanceOf(JedisConnectionException.class)
                .until(condition);
    }

    /** Everything that the source has now arrives at the target, and two checkpoints complete. */
    void awaitProgress() {
        long offset = source.infoLong("replication", "master_repl_offset");
        long began = System.nanoTime();
        do {
            await(
                    "the target reaches offset " + offset,
                    () -> Markers.isCaughtUp(source, target, SYNC_NAME, SHARD, offset) || failed());
        } while (startedAgain());
        long checkpoints = flink.completedCheckpoints(job);
        await(
                "a checkpoint completes after number " + checkpoints,
                // The next one may have begun before.
                () -> flink.completedCheckpoints(job) >= checkpoints + 2 || failed());
        if (startedAgain()) {
            throw new AssertionError("job " + job + " was refused after it had begun");
        }
        say(
                String.format(
                        "progress after %.1f s, marker %s, %d full resyncs",
                        (System.nanoTime() - began) / 1e9, position(), fullResyncs()));
        assertResyncs();
    }

    private boolean failed() {
        return flink.jobState(job).equals("FAILED");
    }

    /**
     * Whether the job was refused at its start because an end was away just then, and was submitted
     * again as whoever reads that would do.
     */
    private boolean startedAgain() {
        if (!failed()) {
            return false;
        }
        String why =
                flink.rest("/jobs/" + job + "/exceptions")
                        .path("exceptionHistory")
                        .path("entries")
                        .path(0)
                        .path("stacktrace")
                        .asText();
        if (!why.contains("Is it running, and are") && !why.contains("LOADING")) {
            throw new AssertionError("job " + job + " failed for good: " + why);
        }
        say("refused at the start: an end was away");
        submit(List.of());
        return true;
    }

    /** What the source counts begins anew then. */
    void beforeSourceRestart() {
        syncsBeforeRestarts += source.infoLong("stats", "sync_full");
    }

    long fullResyncs() {
        return syncsBeforeRestarts + source.infoLong("stats", "sync_full");
    }

    /** Tells of full resyncs that a fault forced. */
    void forces(int atLeast, int atMost) {
        forcedAtLeast += atLeast;
        forcedAtMost += atMost;
    }

    private void assertResyncs() {
        long resyncs = fullResyncs() - 1;
        if (resyncs < forcedAtLeast || resyncs > forcedAtMost) {
            throw new AssertionError(
                    "full resyncs after the first: "
                            + resyncs
                            + " (expected: "
                            + forcedAtLeast
                            + " to "
                            + forcedAtMost
                            + ", which faults forced)");
        }
        // What is known now need not be guessed any more.
        forcedAtLeast = resyncs;
        forcedAtMost = resyncs;
    }

    /** The source forgets what it sent up to now; nobody may be attached. */
    void loseBacklog() {
        long lost = source.infoLong("replication", "master_repl_offset");
        try (Jedis jedis = source.jedis()) {
            jedis.configSet("repl-backlog-size", TINY_BACKLOG);
            await(
                    "the source's backlog begins after " + lost,
                    () ->
                            source.infoLong("replication", "repl_backlog_first_byte_offset")
                                    > lost + 1);
            jedis.configSet("repl-backlog-size", BACKLOG);
        }
        say("backlog lost up to " + lost);
    }

    /** Compares while the load holds still. */
    void compare() {
        scenario.load().pause();
        scenario.awaitCaughtUp();
        Digests.assertEqualData(source, target);
        scenario.load().assertCounters(target);
        say("equal so far, " + scenario.load().commands() + " commands");
        scenario.load().resume();
    }

    void compareAtTheEnd() {
        scenario.assertConverged();
        assertResyncs();
        say(
                "equal: digest "
                        + Digests.debugDigestWithoutMarkers(source)
                        + ", times of expiry, "
                        + scenario.load().increments()
                        + " increments of "
                        + scenario.load().commands()
                        + " commands; full resyncs: 1 and "
                        + (fullResyncs() - 1)
                        + " that faults forced");
        Digests.assertEqualExpiry(source, target, SyncScenario.SLACK, EXPIRY_TOLERANCE);
    }

    /** Copies what the servers logged beside what Flink did. */
    void keepLogs() {
        try {
            for (RedisServer server : List.of(source, target)) {
                Files.copy(
                        server.dir().resolve("redis.log"),
                        dir.resolve(server == source ? "source.log" : "target.log"),
                        StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("keep the logs of the servers in " + dir, e);
        }
    }

    @Override
    public void close() {
        if (flink != null) {
            flink.close();
        }
        link.close();
        scenario.close();
    }
}

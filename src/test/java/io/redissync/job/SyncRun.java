package io.redissync.job;

import io.redissync.testing.SyncProcess;
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
import java.util.stream.Stream;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;

/** One run of {@code scripts/sync.sh} with a log and a spool of its own, and its REST API. */
final class SyncRun implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(90);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newHttpClient();
    private final Path dir;
    private final SyncProcess process;

    private SyncRun(Path dir, SyncProcess process) {
        this.dir = dir;
        this.process = process;
    }

    /**
     * Starts it, with a progress line a second.
     *
     * @param dir of its log and spool, kept
     */
    static SyncRun start(Path dir, List<String> options) {
        return start(dir, options, Map.of());
    }

    static SyncRun start(Path dir, List<String> options, Map<String, String> environment) {
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "--rest.port=0",
                                "--progress.interval=1s",
                                "--log-dir=" + dir.resolve("logs"),
                                "--spool.dir=" + dir.resolve("spool")));
        all.addAll(options);
        return new SyncRun(dir, SyncProcess.start(all, environment, line -> {}));
    }

    SyncProcess process() {
        return process;
    }

    /** SIGTERM, and what it ends with. */
    int stop() {
        process.terminate();
        return process.exitCode(PATIENCE);
    }

    /** What it ends with by itself. */
    int exitCode() {
        return process.exitCode(PATIENCE);
    }

    String output() {
        return String.join("\n", process.lines());
    }

    /** The lines that say why it failed. */
    List<String> failures() {
        return process.lines().stream().filter(l -> l.startsWith("flink-redis-sync: ")).toList();
    }

    /** Lines of progress of a shard. */
    List<String> progress(String shard) {
        return process.lines().stream().filter(l -> l.startsWith("shard " + shard + " ")).toList();
    }

    /** Bytes of all files in its spool. */
    long spoolBytes() {
        if (!Files.exists(dir.resolve("spool"))) {
            return 0;
        }
        try (Stream<Path> files = Files.walk(dir.resolve("spool"))) {
            return files.mapToLong(SyncRun::size).sum();
        } catch (IOException e) {
            throw new UncheckedIOException("list the spool in " + dir, e);
        } catch (UncheckedIOException e) {
            // A file went while the directory was read: the caller asks again.
            return 0;
        }
    }

    private static long size(Path file) {
        try {
            return Files.isRegularFile(file) ? Files.size(file) : 0;
        } catch (IOException e) {
            return 0;
        }
    }

    /** All that it has logged. */
    String log() {
        try (Stream<Path> files = Files.walk(dir.resolve("logs"))) {
            StringBuilder log = new StringBuilder();
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                log.append(Files.readString(file));
            }
            return log.toString();
        } catch (IOException e) {
            throw new UncheckedIOException("read the logs in " + dir, e);
        }
    }

    /** What the REST API answers. */
    String rest(String path) {
        String web =
                process.awaitLine("^Web UI: ", PATIENCE).substring("Web UI: ".length()).strip();
        try {
            HttpResponse<String> response =
                    http.send(
                            HttpRequest.newBuilder(URI.create(web + path))
                                    .timeout(Duration.ofSeconds(20))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new IllegalStateException(
                        "GET " + path + ": " + response.statusCode() + " " + response.body());
            }
            return response.body();
        } catch (IOException e) {
            throw new UncheckedIOException("GET " + web + path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("GET " + web + path + ": interrupted", e);
        }
    }

    JsonNode json(String path) {
        try {
            return JSON.readTree(rest(path));
        } catch (IOException e) {
            throw new UncheckedIOException("read the answer to GET " + path, e);
        }
    }

    /** The id of its only job. */
    String job() {
        return json("/jobs").get("jobs").get(0).get("id").asText();
    }

    @Override
    public void close() {
        process.close();
    }
}

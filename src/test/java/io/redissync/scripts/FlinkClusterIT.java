package io.redissync.scripts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.redissync.testing.FlinkCluster;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job on the cluster survives a killed TaskManager and a stop with a savepoint. */
class FlinkClusterIT {

    private static final Duration LIMIT = Duration.ofMinutes(2);

    @TempDir Path temp;

    @Test
    void recoversAJobAndRestoresItFromASavepoint() throws IOException, URISyntaxException {
        Path jar = jarWith(NumbersJob.class);
        List<String> mainClass = List.of("-c", NumbersJob.class.getName());
        try (FlinkCluster flink =
                FlinkCluster.start(
                        temp.resolve("cluster"),
                        1,
                        Map.of("execution.checkpointing.interval", "300ms"))) {
            String job = flink.runJar(jar, List.of("first"), mainClass);
            assertThat(flink.rest("/jobs/" + job).path("name").asText()).isEqualTo("first");
            await().atMost(LIMIT).until(() -> flink.completedCheckpoints(job) >= 2);

            flink.killTaskManager(1);
            flink.startTaskManager();

            await().atMost(LIMIT).until(() -> flink.restoredCheckpoints(job) == 1);
            long before = flink.completedCheckpoints(job);
            await().atMost(LIMIT).until(() -> flink.completedCheckpoints(job) > before);

            String savepoint = flink.stopWithSavepoint(job);
            assertThat(Path.of(URI.create(savepoint)).resolve("_metadata")).isNotEmptyFile();
            assertThat(flink.jobState(job)).isEqualTo("FINISHED");

            String second =
                    flink.runJar(
                            jar,
                            List.of("second"),
                            List.of("-c", NumbersJob.class.getName(), "-s", savepoint, "-p", "2"));
            await().atMost(LIMIT).until(() -> flink.completedCheckpoints(second) >= 1);
            assertThat(flink.restoredCheckpoints(second)).isEqualTo(1);

            flink.cancel(second);
            await().atMost(LIMIT).until(() -> flink.jobState(second).equals("CANCELED"));
        }
    }

    private Path jarWith(Class<?> main) throws IOException, URISyntaxException {
        Path classes = Path.of(main.getProtectionDomain().getCodeSource().getLocation().toURI());
        String folder = main.getPackageName().replace('.', '/');
        Path jar = temp.resolve("job.jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.list(classes.resolve(folder))) {
            for (Path file : files.toList()) {
                if (file.getFileName().toString().startsWith(main.getSimpleName())) {
                    out.putNextEntry(new JarEntry(folder + "/" + file.getFileName()));
                    Files.copy(file, out);
                    out.closeEntry();
                }
            }
        }
        return jar;
    }
}

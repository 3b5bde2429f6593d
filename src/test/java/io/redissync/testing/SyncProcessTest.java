package io.redissync.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds the handling of the child process against real shell scripts. */
class SyncProcessTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    @TempDir private Path project;

    @Test
    void hearsWhatItPrintsAndHowItEnds() throws IOException {
        List<String> heard = new CopyOnWriteArrayList<>();
        SyncProcess sync =
                run(
                        heard,
                        "echo \"options: $*\"",
                        "echo \"variable: $SYNC_TEST\" >&2",
                        "pwd",
                        "exit 3");
        try (sync) {
            assertThat(sync.awaitLine("^options: (.*)", TIMEOUT))
                    .isEqualTo("options: --a=1 --b=two words");
            assertThat(sync.exitCode(TIMEOUT)).isEqualTo(3);
            assertThat(sync.lines()).contains("variable: given").containsExactlyElementsOf(heard);
            assertThat(sync.lines()).contains(project.toRealPath().toString());
            assertThatThrownBy(() -> sync.awaitLine("never printed", TIMEOUT))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("ended without")
                    .hasMessageContaining("variable: given");
        }
    }

    @Test
    void terminateIsSigterm() throws IOException {
        try (SyncProcess sync =
                run(
                        new CopyOnWriteArrayList<>(),
                        "trap 'echo ending cleanly; exit 0' TERM",
                        "echo ready",
                        "while :; do sleep 0.05; done")) {
            sync.awaitLine("ready", TIMEOUT);
            assertThatThrownBy(() -> sync.awaitLine("ending", Duration.ofMillis(100)))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("no line with");
            assertThat(sync.endWithin(Duration.ZERO)).isEmpty();
            sync.terminate();
            assertThat(sync.exitCode(TIMEOUT)).isZero();
            assertThat(sync.lines()).contains("ending cleanly");
        }
    }

    @Test
    void kill9EndsTheScriptAndItsChildren() throws IOException {
        try (SyncProcess sync =
                run(
                        new CopyOnWriteArrayList<>(),
                        "trap 'echo ignored' TERM",
                        "sleep 600 &",
                        "echo \"child $!\"",
                        "wait; wait")) {
            sync.awaitLine("^child \\d+", TIMEOUT);
            sync.kill9();
            assertThat(sync.exitCode(TIMEOUT)).isEqualTo(128 + 9);
            // The child holds the output open for as long as it lives.
            assertThatThrownBy(() -> sync.awaitLine("never printed", TIMEOUT))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("ended without");
        }
    }

    private SyncProcess run(List<String> heard, String... script) throws IOException {
        Path file = project.resolve("scripts/sync.sh");
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + String.join("\n", script) + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        return SyncProcess.start(
                file, List.of("--a=1", "--b=two words"), Map.of("SYNC_TEST", "given"), heard::add);
    }
}

package io.redissync.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs one of the project's {@code scripts/*.sh} to its end and keeps what it printed. */
public final class Script {

    private final Path file;
    private final Map<String, String> environment;

    /**
     * Names a script of the project.
     *
     * @param name the file's name, such as {@code flink.sh}
     * @param environment variables besides the inherited ones; all {@code FLINK_*} of the caller's
     *     own environment are left out, so that a test sees only its own cluster
     */
    public Script(String name, Map<String, String> environment) {
        this.file = ProjectDir.find().resolve("scripts").resolve(name);
        this.environment = Map.copyOf(environment);
    }

    /** What an ended script left: its exit code and the text of both streams. */
    public record Result(String command, int exitCode, String out, String err) {

        /**
         * This result, when the exit code is 0.
         *
         * @throws IllegalStateException with everything that was printed otherwise
         */
        public Result orFail() {
            if (exitCode != 0) {
                throw new IllegalStateException(
                        command + ": exit code " + exitCode + " (expected: 0)\n" + out + err);
            }
            return this;
        }
    }

    /**
     * @throws IllegalStateException when it has not ended within the timeout; it is killed then
     */
    public Result run(Duration timeout, String... arguments) {
        List<String> command = new ArrayList<>(List.of(file.toString()));
        command.addAll(Arrays.asList(arguments));
        // Only the first word: the others may carry a password.
        String name = file.getFileName() + (arguments.length == 0 ? "" : " " + arguments[0]);
        try {
            // Files and not pipes: what the script starts in the background may live on.
            Path out = Files.createTempFile("script", ".out");
            Path err = Files.createTempFile("script", ".err");
            try {
                int exitCode = runInto(out, err, command, name, timeout);
                return new Result(name, exitCode, Files.readString(out), Files.readString(err));
            } finally {
                Files.delete(out);
                Files.delete(err);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("run " + name + ": " + e.getMessage(), e);
        }
    }

    private int runInto(Path out, Path err, List<String> command, String name, Duration timeout)
            throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile());
        Map<String, String> variables = builder.environment();
        new HashMap<>(variables)
                .keySet().stream()
                        .filter(key -> key.startsWith("FLINK_"))
                        .forEach(variables::remove);
        // The Java of the tests, and no Maven inside Maven.
        variables.put("JAVA_HOME", System.getProperty("java.home"));
        variables.put("REDISSYNC_BUILD", "never");
        variables.putAll(environment);
        Process process = builder.start();
        try {
            if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor();
                throw new IllegalStateException(
                        name
                                + ": still running after "
                                + timeout
                                + "\n"
                                + Files.readString(out)
                                + Files.readString(err));
            }
        } catch (InterruptedException e) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IllegalStateException(name + ": interrupted while it ran", e);
        }
        return process.exitValue();
    }
}

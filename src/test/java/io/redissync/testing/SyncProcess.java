package io.redissync.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** One run of {@code scripts/sync.sh} as a child process, with what it prints. */
public final class SyncProcess implements AutoCloseable {

    private static final Duration END_TIMEOUT = Duration.ofSeconds(20);
    private static final int TAIL_LINES = 40;

    /** For the end of the JVM: no sync outlives it. */
    private static final Set<SyncProcess> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(() -> RUNNING.forEach(SyncProcess::close), "stop-syncs"));
    }

    private final Process process;
    private final Consumer<String> onLine;
    private final Thread reader;

    /** Guarded by this. */
    private final List<String> lines = new ArrayList<>();

    /** Guarded by this. */
    private boolean outputEnded;

    private SyncProcess(
            Path script,
            List<String> options,
            Map<String, String> environment,
            Consumer<String> onLine) {
        this.onLine = onLine;
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(options);
        if (!Files.isExecutable(script)) {
            throw new IllegalStateException(
                    "start " + script + ": it is not there (expected: an executable script)");
        }
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(script.toAbsolutePath().getParent().getParent().toFile())
                        .redirectErrorStream(true);
        builder.environment().putAll(environment);
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException("start " + script, e);
        }
        RUNNING.add(this);
        reader = new Thread(this::read, "sync-output");
        reader.setDaemon(true);
        reader.start();
    }

    /** Starts {@code scripts/sync.sh} of this project with the given options. */
    public static SyncProcess start(String... options) {
        return start(List.of(options), Map.of(), line -> {});
    }

    /**
     * Starts {@code scripts/sync.sh} of this project.
     *
     * @param environment variables added to this process' own
     * @param onLine called for every line it prints, in a thread of its own
     */
    public static SyncProcess start(
            List<String> options, Map<String, String> environment, Consumer<String> onLine) {
        return start(ProjectDir.find().resolve("scripts/sync.sh"), options, environment, onLine);
    }

    static SyncProcess start(
            Path script,
            List<String> options,
            Map<String, String> environment,
            Consumer<String> onLine) {
        return new SyncProcess(script, options, environment, onLine);
    }

    private void read() {
        try (BufferedReader output =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                synchronized (this) {
                    lines.add(line);
                    notifyAll();
                }
                onLine.accept(line);
            }
        } catch (IOException e) {
            synchronized (this) {
                lines.add("(its output broke off: " + e.getMessage() + ")");
            }
        } finally {
            synchronized (this) {
                outputEnded = true;
                notifyAll();
            }
        }
    }

    /**
     * Waits for a line in which the regular expression is found, among all that were printed and
     * those to come.
     *
     * @return the first such line
     * @throws AssertionError when there is none in time, or the process ended without one, with the
     *     end of its output
     */
    public synchronized String awaitLine(String regex, Duration timeout) {
        Pattern pattern = Pattern.compile(regex);
        long deadline = System.nanoTime() + timeout.toNanos();
        int seen = 0;
        while (true) {
            for (; seen < lines.size(); seen++) {
                if (pattern.matcher(lines.get(seen)).find()) {
                    return lines.get(seen);
                }
            }
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (outputEnded) {
                throw new AssertionError(
                        "sync: ended without a line with \"" + regex + "\"; " + tail());
            }
            if (left <= 0) {
                throw new AssertionError(
                        "sync: no line with \"" + regex + "\" within " + timeout + "; " + tail());
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("wait for \"" + regex + "\": interrupted", e);
            }
        }
    }

    /**
     * Waits for the end of the process and of its output.
     *
     * @throws AssertionError when it still runs after the timeout, with the end of its output
     */
    public int exitCode(Duration timeout) {
        OptionalInt code = endWithin(timeout);
        if (code.isEmpty()) {
            throw new AssertionError("sync: still running after " + timeout + "; " + tail());
        }
        return code.getAsInt();
    }

    /** The exit code when the process ends within this time, else nothing. */
    public OptionalInt endWithin(Duration timeout) {
        try {
            if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                return OptionalInt.empty();
            }
            reader.join(END_TIMEOUT.toMillis());
            return OptionalInt.of(process.exitValue());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("wait for the end of the sync: interrupted", e);
        }
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** All lines so far, standard output and error together. */
    public synchronized List<String> lines() {
        return List.copyOf(lines);
    }

    private synchronized String tail() {
        return "the end of its output:\n"
                + String.join(
                        "\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
    }

    /** A Process that is destroyed closes its output, a handle lets us read its last words. */
    private ProcessHandle signalled() {
        return process.toHandle();
    }

    /** SIGTERM. */
    public void terminate() {
        signalled().destroy();
    }

    /** SIGKILL, to the script and to what it started. */
    public void kill9() {
        List<ProcessHandle> children = process.descendants().toList();
        signalled().destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
    }

    /** Ends it: SIGTERM, and SIGKILL when that does not help within 20 s. */
    @Override
    public void close() {
        terminate();
        if (endWithin(END_TIMEOUT).isEmpty()) {
            kill9();
            endWithin(END_TIMEOUT);
        }
        RUNNING.remove(this);
    }
}

package io.redissync.chaos;

import java.io.Closeable;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Says what happens, with the time since the start, on standard output and in a file. */
final class Journal implements Closeable {

    private final PrintWriter file;
    private final long seed;
    private final long began = System.nanoTime();

    Journal(Path path, long seed) {
        this.seed = seed;
        try {
            this.file =
                    new PrintWriter(
                            Files.newBufferedWriter(path, StandardCharsets.UTF_8),
                            /* autoFlush= */ true);
        } catch (IOException e) {
            throw new UncheckedIOException("write " + path, e);
        }
    }

    void say(String what) {
        String line =
                String.format(
                        Locale.ROOT,
                        "%s +%.1f s seed %d: %s",
                        LocalTime.now().truncatedTo(ChronoUnit.MILLIS),
                        (System.nanoTime() - began) / 1e9,
                        seed,
                        what);
        System.out.println(line);
        file.println(line);
    }

    void trace(Throwable failure) {
        failure.printStackTrace(file);
    }

    @Override
    public void close() {
        file.close();
    }
}

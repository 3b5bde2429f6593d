package io.redissync.chaos;

import io.redissync.testing.ProjectDir;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;

/**
 * One run: draws faults from a seed until the time is over, and says whether both sides are equal.
 *
 * <p>Everything is in {@code target/chaos/SEED}; of a run that ends well only its journal stays.
 */
final class ChaosRun {

    /** What a run ends with. */
    enum Result {
        EQUAL,
        FAILED
    }

    /** Both sides are compared after so many faults. */
    private static final int FAULTS_PER_COMPARISON = 3;

    private final long seed;
    private final Duration time;
    private final List<Fault> faults;
    private final Path dir;

    /**
     * @param time for faults; the one that has begun is ended, and the end takes its own time
     * @param faults what is drawn from
     */
    ChaosRun(long seed, Duration time, List<Fault> faults) {
        this.seed = seed;
        this.time = time;
        this.faults = List.copyOf(faults);
        this.dir = ProjectDir.find().resolve("target/chaos").resolve(Long.toString(seed));
    }

    Result run() {
        try {
            empty(dir);
            Files.createDirectories(dir);
        } catch (IOException e) {
            throw new UncheckedIOException("prepare " + dir, e);
        }
        try (Journal journal = new Journal(dir.resolve("chaos.log"), seed)) {
            Result result = run(journal);
            if (result == Result.EQUAL) {
                empty(dir.resolve("cluster"));
            } else {
                journal.say("Logs: " + dir);
            }
            return result;
        } catch (IOException e) {
            throw new UncheckedIOException("tidy up " + dir, e);
        }
    }

    private Result run(Journal journal) {
        journal.say("Seed " + seed + ", " + time.toSeconds() + " s of " + faults);
        try (ChaosWorld world = new ChaosWorld(dir, seed, journal)) {
            try {
                world.start();
                drawFaults(world, journal);
                world.compareAtTheEnd();
                journal.say("EQUAL after seed " + seed);
                return Result.EQUAL;
            } catch (IllegalStateException
                    | UncheckedIOException
                    | AssertionError
                    | ConditionTimeoutException e) {
                journal.say("FAILED with seed " + seed + ": " + e.getMessage());
                journal.trace(e);
                world.keepLogs();
                return Result.FAILED;
            }
        }
    }

    private void drawFaults(ChaosWorld world, Journal journal) {
        Random random = new Random(seed);
        long end = System.nanoTime() + time.toNanos();
        List<Fault> hat = new ArrayList<>();
        for (int number = 1; System.nanoTime() < end; number++) {
            if (hat.isEmpty()) {
                // As cards from a pack: each comes before one comes twice.
                hat.addAll(faults);
                Collections.shuffle(hat, random);
            }
            Fault fault = hat.remove(hat.size() - 1);
            journal.say("#" + number + " " + fault);
            fault.action().run(world, random);
            world.awaitProgress();
            if (number % FAULTS_PER_COMPARISON == 0) {
                world.compare();
            }
        }
    }

    private static void empty(Path dir) throws IOException {
        if (!Files.exists(dir)) {
            return;
        }
        try (Stream<Path> files = Files.walk(dir)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}

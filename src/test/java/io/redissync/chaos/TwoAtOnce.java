package io.redissync.chaos;

import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** A fault of the job's cluster while an end of it fails: recoveries meet each other. */
final class TwoAtOnce {

    private static final List<Fault> OF_THE_JOB =
            List.of(
                    Fault.TASK_MANAGER_KILLED,
                    Fault.TASK_MANAGER_STOPPED,
                    Fault.JOB_MANAGER_KILLED,
                    Fault.CANCELLED_AND_STARTED,
                    Fault.SUBMITTED_TWICE);

    private static final List<Fault> OF_THE_ENDS =
            List.of(
                    Fault.LINK_CUT,
                    Fault.LINK_HELD,
                    Fault.SOURCE_SUSPENDED,
                    Fault.TARGET_CONNECTIONS_CUT,
                    Fault.TARGET_SUSPENDED,
                    Fault.TARGET_KILLED,
                    Fault.TARGET_WENT_BACK);

    private TwoAtOnce() {}

    static void run(ChaosWorld world, Random random) {
        Fault ofTheJob = OF_THE_JOB.get(random.nextInt(OF_THE_JOB.size()));
        Fault ofTheEnds = OF_THE_ENDS.get(random.nextInt(OF_THE_ENDS.size()));
        // Two threads share no generator: which one draws first would not be the seed's choice.
        Random jobs = new Random(random.nextLong());
        Random ends = new Random(random.nextLong());
        world.say(ofTheJob + " and " + ofTheEnds);
        CompletableFuture<Void> other =
                CompletableFuture.runAsync(
                        () -> {
                            world.writes(ends.nextInt(12_000));
                            ofTheEnds.action().run(world, ends);
                        });
        try {
            ofTheJob.action().run(world, jobs);
        } finally {
            try {
                other.join();
            } catch (CompletionException e) {
                throw new IllegalStateException(ofTheEnds + ": " + e.getCause(), e);
            }
        }
    }
}

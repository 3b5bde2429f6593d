package io.redissync.chaos;

import java.util.List;
import java.util.Random;

/** Faults of the Flink cluster, and what an operator does to the job. */
final class FlinkFaults {

    private static final int MAX_PARALLELISM = 2;

    private FlinkFaults() {}

    static void killTaskManager(ChaosWorld world, Random random) {
        int killed = world.taskManagerOfTheJob();
        long restored = world.restored();
        world.flink().killTaskManager(killed);
        world.say("kill -9 of TaskManager " + killed);
        int started = world.flink().startTaskManager();
        world.say("TaskManager " + started + " started");
        world.await("the job is restored", () -> world.restored() > restored);
    }

    static void stopTaskManager(ChaosWorld world, Random random) {
        int stopped = world.taskManagerOfTheJob();
        long pid = world.flink().pidOfTaskManager(stopped);
        String writer = world.writer();
        Signals.send("STOP", pid);
        world.say("SIGSTOP of TaskManager " + stopped);
        try {
            world.await("the replacement writes", () -> !world.writer().equals(writer));
            world.writes(random.nextInt(2_000));
        } finally {
            Signals.send("CONT", pid);
        }
        world.say("SIGCONT");
        world.awaitTaskManagers();
    }

    static void killJobManager(ChaosWorld world, Random random) {
        world.flink().killJobManager();
        world.say("kill -9 of the JobManager");
        world.writes(random.nextInt(1_000));
        world.flink().startJobManager();
        world.awaitTaskManagers();
        if (random.nextBoolean()) {
            world.submit(List.of("-p", parallelism(random)));
        } else {
            world.submit(List.of("-p", parallelism(random), "-s", world.newestCheckpoint()));
        }
    }

    static void savepointAndRescale(ChaosWorld world, Random random) {
        String savepoint = world.stopWithSavepoint();
        world.writes(random.nextInt(3_000));
        world.submit(List.of("-p", parallelism(random), "-s", savepoint));
    }

    static void restoreOldSavepoint(ChaosWorld world, Random random) {
        String savepoint = world.stopWithSavepoint();
        world.submit(List.of("-p", parallelism(random)));
        world.awaitProgress();
        world.cancel();
        world.submit(List.of("-p", parallelism(random), "-s", savepoint));
    }

    static void cancelAndStart(ChaosWorld world, Random random) {
        world.cancel();
        world.writes(random.nextInt(3_000));
        world.submit(List.of("-p", parallelism(random)));
    }

    static void submitTwice(ChaosWorld world, Random random) {
        String first = world.job();
        world.submit(List.of("-p", parallelism(random)));
        String second = world.job();
        world.awaitProgress();
        world.writes(4_000 + random.nextInt(4_000));
        boolean firstGoes = random.nextBoolean();
        world.cancel(firstGoes ? first : second);
        world.job(firstGoes ? second : first);
    }

    private static String parallelism(Random random) {
        return Integer.toString(1 + random.nextInt(MAX_PARALLELISM));
    }
}

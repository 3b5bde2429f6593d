package io.redissync.chaos;

import io.redissync.command.History;
import io.redissync.command.Position;
import java.util.List;
import java.util.Random;
import redis.clients.jedis.Jedis;

/** Faults that force a full resync, and tell how many. */
final class ResyncFaults {

    private ResyncFaults() {}

    static void loseBacklog(ChaosWorld world, Random random) {
        History before = world.position().history();
        holdLinkUntilTheBacklogIsLost(world);
        world.forces(1, 1);
        world.await("another history", () -> world.hasLeft(before));
        awaitStream(world);
    }

    static void loseBacklogWhileAway(ChaosWorld world, Random random) {
        History before = world.position().history();
        if (random.nextBoolean()) {
            world.cancel();
            world.loseBacklog();
            world.submit(List.of());
        } else {
            String savepoint = world.stopWithSavepoint();
            world.loseBacklog();
            world.submit(List.of("-s", savepoint));
        }
        world.forces(1, 1);
        world.await("another history", () -> world.hasLeft(before));
        awaitStream(world);
    }

    /** A resync that is broken off has to be made again, unless it came through just in time. */
    static void interruptResync(ChaosWorld world, Random random) {
        History before = world.position().history();
        int way = random.nextInt(4);
        holdLinkUntilTheBacklogIsLost(world);
        world.await("another history", () -> world.hasLeft(before));
        world.writes(random.nextInt(500));
        Position at = world.position();
        switch (way) {
            case 0 -> FlinkFaults.killTaskManager(world, random);
            case 1 -> EndFaults.cutLink(world, random);
            case 2 -> FlinkFaults.cancelAndStart(world, random);
            default -> EndFaults.killTarget(world, random);
        }
        world.say("interrupted at " + at.phase() + " " + at.offset());
        // Only what loses the spool, or the RDB on its way, needs another one.
        world.forces(1, 2);
        awaitStream(world);
    }

    /**
     * A stopped TaskManager and its replacement both lose the backlog, and both may ask for a full
     * resync when the first one wakes up.
     */
    static void stopTaskManagerAndLoseBacklog(ChaosWorld world, Random random) {
        History before = world.position().history();
        int stopped = world.taskManagerOfTheJob();
        long pid = world.flink().pidOfTaskManager(stopped);
        int held = world.link().heldConnections();
        Signals.send("STOP", pid);
        world.say("SIGSTOP of TaskManager " + stopped);
        try {
            world.link().holdAt("PSYNC");
            world.link().cut();
            world.loseBacklog();
            world.await(
                    "the replacement asks to continue",
                    () -> world.link().heldConnections() > held);
            if (random.nextBoolean()) {
                Signals.send("CONT", pid);
                world.say("SIGCONT before the replacement is heard");
            }
            world.link().holdAt(null);
            world.link().cut();
            world.await("another history", () -> world.hasLeft(before));
        } finally {
            Signals.send("CONT", pid);
        }
        world.say("SIGCONT");
        // One each, and one more for an attempt that found the other's.
        world.forces(1, 3);
        world.awaitTaskManagers();
        awaitStream(world);
    }

    static void emptyTarget(ChaosWorld world, Random random) {
        try (Jedis jedis = world.target().jedis()) {
            jedis.flushAll();
        }
        world.say("FLUSHALL at the target");
        world.forces(1, 1);
        world.await("a new marker", world::hasMarker);
        awaitStream(world);
    }

    private static void holdLinkUntilTheBacklogIsLost(ChaosWorld world) {
        world.link().holdAt("PSYNC");
        world.link().cut();
        world.say("link cut, PSYNC not let through");
        world.loseBacklog();
        world.link().holdAt(null);
        world.link().cut();
    }

    private static void awaitStream(ChaosWorld world) {
        world.await("the stream phase", world::isInTheStream);
    }
}

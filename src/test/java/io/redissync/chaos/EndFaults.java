package io.redissync.chaos;

import io.redissync.testing.RedisServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisConnectionException;

/** Faults of source, target and the network between, none of which may cost a full resync. */
final class EndFaults {

    private static final String AOF_DIR = "appendonlydir";

    private EndFaults() {}

    static void cutLink(ChaosWorld world, Random random) {
        for (int left = 1 + random.nextInt(4); left > 0; left--) {
            if (random.nextBoolean()) {
                kill(world.source(), "replica");
                world.say("CLIENT KILL TYPE replica at the source");
            } else {
                world.link().cut();
                world.say("link cut on its way");
            }
            world.writes(random.nextInt(1_000));
        }
    }

    static void holdLink(ChaosWorld world, Random random) {
        world.link().holdAt("PSYNC");
        world.link().cut();
        world.say("link cut, PSYNC not let through");
        world.writes(1_000 + random.nextInt(6_000));
        world.link().holdAt(null);
        world.link().cut();
    }

    static void suspendSource(ChaosWorld world, Random random) {
        int seconds = 1 + random.nextInt(6);
        world.source().suspend();
        world.say("SIGSTOP of the source for " + seconds + " s");
        world.pass(Duration.ofSeconds(seconds));
        world.source().resume();
    }

    static void restartSource(ChaosWorld world, Random random) {
        world.beforeSourceRestart();
        RedisServer source = world.source();
        try (Jedis jedis = source.jedis()) {
            jedis.sendCommand(() -> "SHUTDOWN".getBytes(), "SAVE");
        } catch (JedisConnectionException e) {
            world.say("source: SHUTDOWN SAVE");
        }
        world.await("the source has ended", () -> !source.isAlive());
        world.pass(Duration.ofMillis(random.nextInt(2_000)));
        source.restart();
        world.say("source started again");
    }

    static void cutTargetConnections(ChaosWorld world, Random random) {
        int cuts = 5 + random.nextInt(30);
        world.say("CLIENT KILL TYPE normal at the target, " + cuts + " times");
        for (int left = cuts; left > 0; left--) {
            kill(world.target(), "normal");
            world.writes(random.nextInt(150));
        }
    }

    static void suspendTarget(ChaosWorld world, Random random) {
        int seconds = 1 + random.nextInt(8);
        world.target().suspend();
        world.say("SIGSTOP of the target for " + seconds + " s");
        world.pass(Duration.ofSeconds(seconds));
        world.target().resume();
    }

    static void killTarget(ChaosWorld world, Random random) {
        world.target().kill9();
        world.say("kill -9 of the target");
        world.writes(random.nextInt(random.nextInt(4) == 0 ? 20_000 : 3_000));
        world.target().restart();
        world.say("target started again");
    }

    /** Its append-only file of some time ago: what was written since is gone, the marker too. */
    static void restoreTarget(ChaosWorld world, Random random) {
        Path live = world.target().dir().resolve(AOF_DIR);
        Path copy = world.target().dir().resolve("backup");
        copy(live, copy);
        world.say("append-only file of the target copied");
        world.writes(1_000 + random.nextInt(6_000));
        world.target().kill9();
        copy(copy, live);
        world.target().restart();
        world.say("target restored from the copy");
    }

    private static void kill(RedisServer server, String type) {
        try (Jedis jedis = server.jedis()) {
            jedis.sendCommand(() -> "CLIENT".getBytes(), "KILL", "TYPE", type);
        }
    }

    private static void copy(Path from, Path to) {
        try {
            Files.createDirectories(to);
            for (Path old : files(to)) {
                Files.delete(old);
            }
            for (Path file : files(from)) {
                Files.copy(
                        file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("copy " + from + " to " + to, e);
        }
    }

    private static List<Path> files(Path dir) throws IOException {
        try (Stream<Path> files = Files.list(dir)) {
            return files.toList();
        }
    }
}

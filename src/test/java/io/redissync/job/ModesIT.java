package io.redissync.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.redissync.command.Phase;
import io.redissync.testing.Digests;
import io.redissync.testing.SyncScenario;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** What each {@code sync.mode} copies, how it ends, and what its user reads meanwhile. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class ModesIT {

    private static final String RESERVED = "__redis_sync__:other:0:0";

    @TempDir private Path dir;
    private SyncScenario scenario;

    @BeforeEach
    void startServers() {
        scenario = SyncScenario.start("modes").fill(20_000);
        try (Jedis jedis = scenario.source().jedis()) {
            jedis.set("old", "1");
            jedis.hset(RESERVED, "token", "of a sync from elsewhere into this source");
            jedis.select(3);
            jedis.rpush("list of db 3", "a", "b");
        }
    }

    @AfterEach
    void stopServers() {
        scenario.close();
    }

    @Test
    void fullEndsByItselfWhenTheDataSetIsApplied() {
        try (SyncRun run = SyncRun.start(dir, scenario.options("--sync.mode=full"))) {
            assertThat(run.exitCode()).as(run.output()).isZero();
            assertThat(run.process().lines()).last().isEqualTo("Complete.");
            assertThat(run.progress("0"))
                    .noneMatch(line -> line.contains("stream"))
                    .last()
                    .asString()
                    .startsWith("shard 0  done  100%  20,003 keys");
        }
        Digests.assertEqualData(scenario.source(), scenario.target());
        assertThat(scenario.source().infoLong("replication", "connected_slaves")).isZero();
        try (Jedis target = scenario.target().jedis()) {
            assertThat(target.exists(RESERVED)).isFalse();
        }
    }

    @Test
    void streamCopiesWhatIsWrittenAfterTheStart() {
        try (SyncRun run = SyncRun.start(dir, scenario.options("--sync.mode=stream"))) {
            scenario.awaitPhase(Phase.STREAM);
            try (Jedis source = scenario.source().jedis();
                    Jedis target = scenario.target().jedis()) {
                source.incr("old");
                source.set("new", "value");
                source.hset(RESERVED, "token", "another");
                source.select(3);
                source.rpush("list of db 3", "c");
                scenario.awaitCaughtUp();
                assertThat(target.dbSize()).as("old, new and the marker").isEqualTo(3);
                // INCR and RPUSH of what was never copied begin from nothing.
                assertThat(target.get("old")).isEqualTo("1");
                assertThat(target.get("new")).isEqualTo("value");
                target.select(3);
                assertThat(target.lrange("list of db 3", 0, -1)).containsExactly("c");
            }
            assertThat(run.progress("0")).noneMatch(line -> line.contains(" keys"));
            assertThat(run.stop()).as(run.output()).isZero();
        }
    }

    @Test
    void fullAndStreamCopiesBothAndShowsItsWay() {
        // Slow enough to be seen: four seconds for the snapshot.
        String slowly = "--sink.max-commands-per-second=5000";
        try (SyncRun run = SyncRun.start(dir, scenario.options(slowly))) {
            scenario.startLoad(3);
            run.process()
                    .awaitLine(
                            "^shard 0  (snapshot|applying)  ([0-9]+%  )?[1-9][0-9,]* keys"
                                    + "  [1-9][0-9,]* commands/s",
                            SyncRun.PATIENCE);
            run.process()
                    .awaitLine("^shard 0  stream  [1-9][0-9,]* commands/s  lag ", SyncRun.PATIENCE);
            scenario.load().awaitCommands(1_000, Duration.ofMinutes(1));
            scenario.assertConverged();
            assertThat(run.stop()).as(run.output()).isZero();
            assertThat(run.process().lines()).last().isEqualTo("Stopped.");
        }
        try (Jedis target = scenario.target().jedis()) {
            assertThat(target.exists(RESERVED)).isFalse();
        }
    }
}

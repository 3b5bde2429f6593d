package io.redissync.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.redissync.command.Phase;
import io.redissync.testing.RedisBinary;
import io.redissync.testing.RedisServer;
import io.redissync.testing.SyncScenario;
import io.redissync.testing.WriteLoad;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;

/**
 * Invariants 6 and 8: a target that stands still does not hold up the source, whose replica limits
 * are the default ones, and does not fill the memory of the job.
 */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class SlowTargetIT {

    private static final int MIB = 1 << 20;
    private static final int VALUE_BYTES = 128 << 10;
    private static final int VALUES = 300 * MIB / VALUE_BYTES + 1;
    private static final int KEYS = 80;
    private static final int PIPELINED = 40;

    /** Of the source for one pipeline of 5 MB, on a machine that does other things too. */
    private static final Duration LONGEST_PIPELINE = Duration.ofSeconds(5);

    /** At which the source ends the link at once. */
    private static final long HARD_LIMIT = 256L * MIB;

    @TempDir private Path dir;

    @Test
    void theSourceNeverWaitsForTheTarget() {
        try (SyncScenario scenario =
                        SyncScenario.between(
                                RedisServer.start(RedisBinary.best()),
                                RedisServer.start(RedisBinary.best()),
                                "slow");
                SyncRun run =
                        SyncRun.start(
                                dir, scenario.fill(1_000).options(), Map.of("SYNC_HEAP", "512m"))) {
            RedisServer source = scenario.source();
            scenario.startLoad(WriteLoad.on(source).seed(4).commandsPerSecond(500));
            scenario.awaitPhase(Phase.STREAM);
            scenario.awaitProgress();
            String link = replicas(source).get(0).get("id");

            scenario.target().suspend();
            try {
                write300Mb(source, link);
                Awaitility.await("what was received is on disk")
                        .atMost(SyncRun.PATIENCE)
                        .until(() -> run.spoolBytes() > 290L * MIB);
                run.process()
                        .awaitLine("^shard 0  stream .*spool [23][0-9]{2}.*MB", SyncRun.PATIENCE);
            } finally {
                scenario.target().resume();
            }

            scenario.assertConverged();
            assertThat(replicas(source))
                    .singleElement()
                    .satisfies(r -> assertThat(r.get("id")).isEqualTo(link));
            assertThat(source.infoLong("stats", "sync_full")).isEqualTo(1);
            assertThat(source.infoLong("stats", "sync_partial_ok")).isZero();
            Awaitility.await("the spool is emptied by checkpoints")
                    .atMost(SyncRun.PATIENCE)
                    .until(() -> run.spoolBytes() < 130L * MIB);
            assertThat(run.stop()).as(run.output()).isZero();
            assertThat(run.log()).doesNotContain("OutOfMemoryError");
        }
    }

    private static void write300Mb(RedisServer source, String link) {
        byte[] value = new byte[VALUE_BYTES];
        try (Jedis jedis = source.jedis()) {
            for (int i = 0; i < VALUES; i += PIPELINED) {
                long begin = System.nanoTime();
                Pipeline pipeline = jedis.pipelined();
                for (int j = i; j < i + PIPELINED; j++) {
                    Arrays.fill(value, (byte) j);
                    pipeline.set(("big:" + j % KEYS).getBytes(StandardCharsets.US_ASCII), value);
                }
                pipeline.sync();
                assertThat(Duration.ofNanos(System.nanoTime() - begin))
                        .isLessThan(LONGEST_PIPELINE);
                assertThat(replicas(source))
                        .singleElement()
                        .satisfies(
                                replica -> {
                                    assertThat(replica.get("id")).isEqualTo(link);
                                    assertThat(Long.parseLong(replica.get("omem")))
                                            .isLessThan(HARD_LIMIT);
                                });
            }
        }
    }

    /** The source's replicas as CLIENT LIST shows them. */
    private static List<Map<String, String>> replicas(RedisServer source) {
        try (Jedis jedis = source.jedis()) {
            return ClientList.of(jedis).stream().filter(c -> c.get("flags").contains("S")).toList();
        }
    }
}

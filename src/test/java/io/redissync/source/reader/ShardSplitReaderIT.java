package io.redissync.source.reader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.redissync.command.Change;
import io.redissync.command.Phase;
import io.redissync.command.TargetProgress;
import io.redissync.connection.ConnectionSettings;
import io.redissync.connection.Shard;
import io.redissync.protocol.psync.AckMode;
import io.redissync.protocol.psync.FullSyncPermit;
import io.redissync.source.FatalSourceException;
import io.redissync.source.SourceSettings;
import io.redissync.source.SyncMode;
import io.redissync.source.split.ShardSplit;
import io.redissync.testing.RedisBinary;
import io.redissync.testing.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsAddition;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.Transaction;

/** The reader of one shard, from a real server to changes, without Flink around it. */
class ShardSplitReaderIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String ID = "s";

    @TempDir Path spoolDir;

    private final List<Change> changes = new ArrayList<>();
    private ShardSplitReader reader;

    @AfterEach
    void close() {
        if (reader != null) {
            reader.close();
        }
    }

    /** A replica hands its master's stream on: no SELECT comes anew behind a full resync. */
    @Test
    void aReplicasStreamGoesOnInTheDbThatItsSnapshotNames() throws Exception {
        try (RedisServer master = RedisServer.start(RedisBinary.V6_2);
                RedisServer replica = replicaOf(master);
                Jedis client = master.jedis(3)) {
            client.set("before", "1");
            awaitReplica(master, replica);
            open(SyncMode.FULL_AND_STREAM, replica, shard -> Map.of());
            fetchUntil(change -> change.position().phase() == Phase.STREAM);

            client.set("behind", "2");
            Change change = fetchUntil(Change.Single.class::isInstance);

            assertThat(((Change.Single) change).command().db()).isEqualTo(3);
            assertThat(change.position().db()).isEqualTo(3);
        }
    }

    @Test
    void withoutASnapshotAReplicasStreamIsRefusedWhereItsDbIsNotKnown() throws Exception {
        try (RedisServer master = RedisServer.start(RedisBinary.V6_2);
                RedisServer replica = replicaOf(master);
                Jedis client = master.jedis(3)) {
            client.set("before", "1");
            awaitReplica(master, replica);
            open(SyncMode.STREAM, replica, shard -> Map.of());
            fetchUntil(Change.Begin.class::isInstance);

            client.set("behind", "2");

            assertThatThrownBy(() -> fetchUntil(Change.Single.class::isInstance))
                    .isInstanceOf(FatalSourceException.class)
                    .hasMessageContaining("db")
                    .hasMessageContaining("full+stream");
        }
    }

    @Test
    void withoutASnapshotALinkLostWhileTheRdbComesContinues() throws Exception {
        try (RedisServer master = RedisServer.start(RedisBinary.V6_2, "rdb-key-save-delay 500000");
                Jedis client = master.jedis()) {
            for (int i = 0; i < 20; i++) {
                client.set("k" + i, "v");
            }
            open(SyncMode.STREAM, master, shard -> Map.of());
            fetchUntil(Change.Begin.class::isInstance);
            client.set("meanwhile", "1");
            client.sendCommand(Protocol.Command.CLIENT, "KILL", "TYPE", "replica");

            Change change = fetchUntil(Change.Single.class::isInstance);

            assertThat(((Change.Single) change).command().command().argText(1))
                    .isEqualTo("meanwhile");
            assertThat(changes.stream().filter(Change.Begin.class::isInstance)).hasSize(1);
        }
    }

    /** A copy that takes longer than the source's backlog lasts would begin again for ever. */
    @Test
    void aFullCopyDoesNotBeginAgainWhenTheConnectionIsLostBehindTheRdb() throws Exception {
        try (RedisServer master = RedisServer.start(RedisBinary.V6_2, "repl-backlog-size 16384");
                Jedis client = master.jedis()) {
            for (int i = 0; i < 20; i++) {
                client.set("k" + i, randomText(100_000));
            }
            open(SyncMode.FULL, master, shard -> Map.of());
            fetchUntil(Change.Begin.class::isInstance);
            await().atMost(PATIENCE)
                    .until(
                            () ->
                                    master.info("replication", "connected_slaves").equals("0")
                                            || master.info("replication", "slave0")
                                                    .contains("state=online"));
            try (Transaction more = client.multi()) {
                more.sendCommand(Protocol.Command.CLIENT, "KILL", "TYPE", "replica");
                more.set("more", randomText(200_000));
                more.exec();
            }
            await().during(Duration.ofSeconds(1))
                    .atMost(PATIENCE)
                    .until(() -> master.infoLong("stats", "sync_full") == 1);

            fetchUntil(change -> change.position().phase() == Phase.STREAM);

            assertThat(changes.stream().filter(Change.Begin.class::isInstance)).hasSize(1);
            assertThat(changes.stream().filter(Change.Entry.class::isInstance)).hasSize(20);
        }
    }

    private static String randomText(int length) {
        StringBuilder text = new StringBuilder(length);
        new Random(length).ints(length, 'a', 'z').forEach(c -> text.append((char) c));
        return text.toString();
    }

    /** A disk can be repaired, and another TaskManager has another one: the job may restart. */
    @Test
    void aSpoolThatCannotBeMadeIsNoReasonToEndTheJobForGood() throws Exception {
        try (RedisServer master = RedisServer.start(RedisBinary.V6_2)) {
            open(
                    SyncMode.FULL_AND_STREAM,
                    master,
                    shard -> {
                        Path ofShard = spoolDir.resolve("sync").resolve(ID);
                        Files.createDirectories(ofShard.getParent());
                        Files.writeString(ofShard, "in the way");
                        return Map.of();
                    });

            assertThatThrownBy(() -> fetchUntil(Change.Begin.class::isInstance))
                    .isNotInstanceOf(FatalSourceException.class)
                    .hasMessageContaining("spool")
                    .hasCauseInstanceOf(IOException.class);
        }
    }

    private static RedisServer replicaOf(RedisServer master) {
        RedisServer replica =
                RedisServer.start(RedisBinary.V6_2, "replicaof 127.0.0.1 " + master.port());
        awaitReplica(master, replica);
        return replica;
    }

    private static void awaitReplica(RedisServer master, RedisServer replica) {
        await().atMost(PATIENCE)
                .until(
                        () ->
                                replica.info("replication", "master_link_status").equals("up")
                                        && replica.infoLong("replication", "slave_repl_offset")
                                                == master.infoLong(
                                                        "replication", "master_repl_offset"));
    }

    private void open(SyncMode mode, RedisServer server, TargetProgress progress) {
        SourceSettings settings =
                new SourceSettings(
                        "sync",
                        "instance",
                        mode,
                        List.of(new Shard(ID, server.address())),
                        ConnectionSettings.plain(),
                        "PSYNC",
                        AckMode.CHECKPOINTED,
                        "shard",
                        128,
                        null,
                        64L << 20,
                        1L << 20,
                        0,
                        progress,
                        () -> {});
        reader =
                new ShardSplitReader(
                        settings,
                        split ->
                                new ShardSession(
                                        settings,
                                        split,
                                        spoolDir,
                                        new Unlimited(),
                                        new ShardMetrics(new UnregisteredMetricsGroup(), ID)));
        reader.handleSplitsChanges(new SplitsAddition<>(List.of(new ShardSplit(ID, 0, null))));
    }

    private Change fetchUntil(Predicate<Change> wanted) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            RecordsWithSplitIds<Change> fetched = reader.fetch();
            Change found = null;
            while (fetched.nextSplit() != null) {
                Change change;
                while ((change = fetched.nextRecordFromSplit()) != null) {
                    changes.add(change);
                    if (found == null && wanted.test(change)) {
                        found = change;
                    }
                }
            }
            if (found != null) {
                return found;
            }
        }
        throw new AssertionError("what was waited for did not come; came: " + changes);
    }

    private static final class Unlimited implements FullSyncPermit {
        @Override
        public CompletionStage<Void> acquire() {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void release() {
            // Nobody counts.
        }
    }
}

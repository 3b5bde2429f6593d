package io.redissync.protocol.psync;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.redissync.command.Command;
import io.redissync.command.History;
import io.redissync.command.Phase;
import io.redissync.command.Position;
import io.redissync.connection.Address;
import io.redissync.connection.ConnectionSettings;
import io.redissync.connection.Secret;
import io.redissync.connection.Shard;
import io.redissync.protocol.resp.RespCommandDecoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.args.ClientType;
import redis.clients.jedis.params.ClientKillParams;

@Timeout(120)
class ReplicaLinkIT {

    /** Everything a link told, and the spools that it was given. */
    private static final class Recorder implements LinkListener, FullSyncPermit, SpoolFactory {
        final List<HistorySpool> spools = new CopyOnWriteArrayList<>();
        final List<String> whys = new CopyOnWriteArrayList<>();
        final CompletableFuture<LinkException> failure = new CompletableFuture<>();
        final AtomicInteger permitsOut = new AtomicInteger();
        final AtomicInteger permitsTaken = new AtomicInteger();
        volatile CompletableFuture<Void> turn = CompletableFuture.completedFuture(null);
        private final HistorySpool.Place place;
        private long nextHistory = 1;

        Recorder(Path directory, SpoolBudget budget) {
            place = new HistorySpool.Place(directory, "it", "0", 1 << 20, budget);
        }

        @Override
        public HistorySpool create(String replid, long startOffset, Optional<Position> resumed)
                throws IOException {
            return resumed.isPresent()
                    ? HistorySpool.resume(place, resumed.get().history(), replid, startOffset)
                    : HistorySpool.begin(place, new History(nextHistory++, 1), replid, startOffset);
        }

        @Override
        public void onHistory(HistorySpool spool, String why) {
            whys.add(why);
            spools.add(spool);
        }

        @Override
        public void onFailure(LinkException fatal) {
            failure.complete(fatal);
        }

        @Override
        public CompletionStage<Void> acquire() {
            return turn.thenRun(
                    () -> {
                        permitsOut.incrementAndGet();
                        permitsTaken.incrementAndGet();
                    });
        }

        @Override
        public void release() {
            permitsOut.decrementAndGet();
        }
    }

    @TempDir Path directory;

    private Recorder recorder;
    private TestRedis redis;
    private ReplicaLink link;

    @BeforeEach
    void record() throws IOException {
        recorder =
                new Recorder(
                        Files.createDirectory(directory.resolve("spool")),
                        new SpoolBudget(1L << 30));
    }

    @AfterEach
    void end() throws IOException {
        if (link != null) {
            link.close();
        }
        for (HistorySpool spool : recorder.spools) {
            spool.delete();
        }
        if (redis != null) {
            redis.close();
        }
        await("permits").until(() -> recorder.permitsOut.get() == 0);
    }

    private LinkSettings settings(String user, String password) {
        return LinkSettings.of(
                new Shard("0", redis.address()),
                new ConnectionSettings(
                        user,
                        password == null ? null : new Secret(password),
                        null,
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(30)));
    }

    private ReplicaLink newLink(LinkSettings settings) {
        link = new ReplicaLink(settings, recorder, recorder, recorder);
        return link;
    }

    private HistorySpool awaitHistory(int number) {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> recorder.spools.size() >= number || recorder.failure.isDone());
        assertThat(recorder.failure).isNotDone();
        assertThat(recorder.spools).hasSize(number);
        return recorder.spools.get(number - 1);
    }

    /** The whole log, once it is sealed. */
    private static byte[] readSealed(SpoolLog log) throws Exception {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] into = new byte[50_000];
        try (SpoolCursor cursor = log.cursor(log.start())) {
            while (true) {
                int n = cursor.read(into, 0, into.length);
                if (n < 0) {
                    return all.toByteArray();
                }
                all.write(into, 0, n);
                if (n == 0) {
                    assertThat(log.awaitBeyond(cursor.position(), 30_000)).isTrue();
                }
            }
        }
    }

    /** Commands of the stream from its start up to the one whose last argument is the text. */
    private static List<Command> readUntil(SpoolLog log, String last) throws Exception {
        List<Command> commands = new ArrayList<>();
        RespCommandDecoder decoder = new RespCommandDecoder();
        byte[] into = new byte[50_000];
        try (SpoolCursor cursor = log.cursor(log.start())) {
            while (true) {
                int n = cursor.read(into, 0, into.length);
                if (n == 0) {
                    assertThat(log.awaitBeyond(cursor.position(), 30_000))
                            .as("bytes before %s", last)
                            .isTrue();
                }
                decoder.append(into, 0, n);
                Command command;
                while ((command = decoder.next()) != null) {
                    commands.add(command);
                    if (command.argText(command.argCount() - 1).equals(last)) {
                        return commands;
                    }
                }
            }
        }
    }

    private static long count(List<Command> commands, String name) {
        return commands.stream().filter(c -> c.name().equals(name)).count();
    }

    private static void checkRdb(byte[] rdb) {
        assertThat(new String(rdb, 0, 5, ISO_8859_1)).isEqualTo("REDIS");
        assertThat(rdb[rdb.length - 9]).as("EOF opcode before the checksum").isEqualTo((byte) 0xff);
    }

    private void fill(int keys) {
        try (Jedis jedis = redis.client();
                var pipeline = jedis.pipelined()) {
            for (int i = 0; i < keys; i++) {
                pipeline.set("key:" + i, "value " + i + "x".repeat(i % 300));
            }
        }
    }

    private void incr(Jedis jedis, int times) {
        try (var pipeline = jedis.pipelined()) {
            for (int i = 0; i < times; i++) {
                pipeline.incr("counter");
            }
        }
    }

    private long slaveOffset() {
        // ip=…,port=…,state=online,offset=123,lag=0
        String slave = redis.info("replication", "slave0");
        int at = slave.indexOf("offset=");
        return at < 0 ? -1 : Long.parseLong(slave.substring(at + 7, slave.indexOf(',', at)));
    }

    @ParameterizedTest
    @CsvSource({
        "REDIS_2_8, no, 0",
        "REDIS_2_8, yes, 0",
        "REDIS_6_2, no, 2000",
        "REDIS_6_2, yes, 2000",
        "REDIS_6_2, yes, 100000",
        "INSTALLED, no, 100000",
        "INSTALLED, yes, 100000"
    })
    void fullSyncThenStream(TestRedis.Version version, String diskless, int keys) throws Exception {
        assumeThat(version.binary()).isPresent();
        redis =
                new TestRedis(
                        version,
                        directory,
                        null,
                        "--repl-diskless-sync",
                        diskless,
                        "--repl-diskless-sync-delay",
                        "0");
        fill(keys);
        newLink(settings(null, null)).start();
        HistorySpool spool = awaitHistory(1);
        byte[] rdb = readSealed(spool.snapshot().orElseThrow());
        checkRdb(rdb);
        assertThat(spool.snapshotLength()).hasValue(rdb.length);
        await().until(() -> redis.info("replication", "slave0").contains("state=online"));
        try (Jedis jedis = redis.client()) {
            for (int i = 0; i < 100; i++) {
                jedis.set("later:" + i, "v" + i);
            }
            jedis.set("last", "the end");
        }
        List<Command> commands = readUntil(spool.stream(), "the end");
        assertThat(count(commands, "SET")).isEqualTo(101);
        assertThat(count(commands, "SELECT")).isEqualTo(1);
        assertThat(link.state()).isEqualTo(LinkState.STREAM);
        assertThat(link.receivedOffset())
                .isEqualTo(Long.parseLong(redis.info("replication", "master_repl_offset")));
        assertThat(spool.replid()).hasSize(40);
        assertThat(recorder.permitsTaken).hasValue(1);
        assertThat(recorder.permitsOut).hasValue(0);

        // The stale offset keeps the link alive; what is acknowledged shows at the source.
        assertThat(slaveOffset()).isLessThan(link.receivedOffset());
        link.acknowledge(spool.history(), spool.startOffset() + 1);
        await().until(() -> slaveOffset() == spool.startOffset() + 1);
        assertThat(redis.info("stats", "sync_full")).isEqualTo("1");
    }

    @Test
    void cutConnectionsContinueInTheSameHistory() throws Exception {
        redis = new TestRedis(TestRedis.Version.REDIS_6_2, directory, null);
        fill(100);
        newLink(settings(null, null)).start();
        HistorySpool spool = awaitHistory(1);
        readSealed(spool.snapshot().orElseThrow());
        try (Jedis jedis = redis.client()) {
            for (int cut = 1; cut <= 3; cut++) {
                incr(jedis, 1000);
                String ok = Integer.toString(cut);
                long killed = jedis.clientKill(new ClientKillParams().type(ClientType.REPLICA));
                assertThat(killed).isEqualTo(1);
                incr(jedis, 1000);
                await().until(() -> redis.info("stats", "sync_partial_ok").equals(ok));
            }
            jedis.set("last", "the end");
        }
        List<Command> commands = readUntil(spool.stream(), "the end");
        assertThat(count(commands, "INCR")).isEqualTo(6000);
        assertThat(redis.info("stats", "sync_full")).isEqualTo("1");
        assertThat(recorder.spools).hasSize(1);
        assertThat(link.reconnects()).isGreaterThanOrEqualTo(3);
    }

    @Test
    void nextLinkResumesFromAPosition() throws Exception {
        redis = new TestRedis(TestRedis.Version.REDIS_6_2, directory, null);
        newLink(settings(null, null)).start();
        HistorySpool first = awaitHistory(1);
        try (Jedis jedis = redis.client()) {
            incr(jedis, 10);
            jedis.set("mid", "middle");
            readUntil(first.stream(), "middle");
            long offset = first.stream().end();
            link.close();
            assertThat(link.state()).isEqualTo(LinkState.CLOSED);
            incr(jedis, 20);
            jedis.set("last", "the end");

            Position position =
                    new Position(first.history(), first.replid(), Phase.STREAM, offset, 0);
            newLink(settings(null, null)).start(position);
            HistorySpool second = awaitHistory(2);
            assertThat(second.history()).isEqualTo(first.history());
            assertThat(second.startOffset()).isEqualTo(offset);
            assertThat(second.snapshot()).isEmpty();
            List<Command> commands = readUntil(second.stream(), "the end");
            assertThat(count(commands, "INCR")).isEqualTo(20);
            assertThat(redis.info("stats", "sync_full")).isEqualTo("1");
            assertThat(recorder.permitsTaken).hasValue(1);
            // What was checkpointed is acknowledged from the beginning.
            await().until(() -> slaveOffset() == offset);
        }
    }

    @Test
    void lostBacklogBeginsANewHistoryAndSaysWhy() throws Exception {
        redis =
                new TestRedis(
                        TestRedis.Version.REDIS_6_2,
                        directory,
                        null,
                        "--repl-backlog-size",
                        "16kb");
        newLink(settings(null, null)).start();
        HistorySpool first = awaitHistory(1);
        readSealed(first.snapshot().orElseThrow());
        long offset = first.startOffset();
        link.close();
        fill(1000);
        newLink(settings(null, null))
                .start(new Position(first.history(), first.replid(), Phase.STREAM, offset, 0));
        HistorySpool second = awaitHistory(2);
        assertThat(recorder.whys.get(1))
                .contains("asked to continue behind offset " + offset)
                .contains("cannot")
                .contains("full resync");
        assertThat(second.history()).isNotEqualTo(first.history());
        checkRdb(readSealed(second.snapshot().orElseThrow()));
        await().until(() -> link.state() == LinkState.STREAM);
        assertThat(redis.info("stats", "sync_partial_err")).isEqualTo("1");
    }

    @Test
    void restartedMasterIsFoundAgain() throws Exception {
        int port = TestRedis.freePort();
        redis = new TestRedis(port, TestRedis.Version.REDIS_6_2, directory, null);
        newLink(settings(null, null)).start();
        readSealed(awaitHistory(1).snapshot().orElseThrow());
        redis.close();
        await().until(() -> link.state() == LinkState.BACKOFF);
        redis = new TestRedis(port, TestRedis.Version.REDIS_6_2, directory, null);
        HistorySpool second = awaitHistory(2);
        checkRdb(readSealed(second.snapshot().orElseThrow()));
        assertThat(link.lastProblem()).isPresent();
    }

    @Test
    void wrongPasswordsEndTheLink() throws Exception {
        redis = new TestRedis(TestRedis.Version.REDIS_6_2, directory, "right");
        for (String password : new String[] {"wrong", null}) {
            recorder = new Recorder(directory.resolve("spool"), new SpoolBudget(1 << 20));
            newLink(settings(null, password)).start();
            LinkException failure = recorder.failure.get();
            assertThat(failure).hasMessageContaining("shard 0 at " + redis.address());
            assertThat(failure).hasMessageNotContaining("\"wrong\"");
            assertThat(failure).hasMessageContaining("password");
            assertThat(link.state()).isEqualTo(LinkState.FAILED);
            link.close();
            assertThat(recorder.spools).isEmpty();
        }
    }

    @Test
    void passwordAloneAndUserWithFewRightsAreEnough() throws Exception {
        redis = new TestRedis(TestRedis.Version.REDIS_6_2, directory, "right");
        newLink(settings(null, "right")).start();
        readSealed(awaitHistory(1).snapshot().orElseThrow());
        link.close();
        try (Jedis jedis = redis.client()) {
            jedis.aclSetUser("sync", "on", ">pass", "+psync", "+replconf", "+ping");
            jedis.aclSetUser("poor", "on", ">pass", "+replconf", "+ping");
        }
        newLink(settings("sync", "pass")).start();
        readSealed(awaitHistory(2).snapshot().orElseThrow());
        await().until(() -> redis.info("replication", "slave0").contains("state=online"));
        link.close();
        newLink(settings("poor", "pass")).start();
        assertThat(recorder.failure.get())
                .hasMessageContaining("NOPERM")
                .hasMessageContaining("+psync");
    }

    @Test
    void fullSyncWaitsForItsTurn() throws Exception {
        redis = new TestRedis(TestRedis.Version.REDIS_6_2, directory, null);
        recorder.turn = new CompletableFuture<>();
        newLink(settings(null, null)).start();
        await().until(() -> link.state() == LinkState.WAITING_FOR_PERMIT);
        try (Jedis jedis = redis.client()) {
            assertThat(jedis.clientList()).contains("name=redis-sync-0");
        }
        assertThat(redis.info("stats", "sync_full")).isEqualTo("0");
        recorder.turn.complete(null);
        readSealed(awaitHistory(1).snapshot().orElseThrow());
        await().until(() -> recorder.permitsOut.get() == 0);
    }

    @Test
    void discardedSnapshotLeavesOnlyTheStream() throws Exception {
        redis = new TestRedis(TestRedis.Version.REDIS_6_2, directory, null);
        fill(1000);
        newLink(settings(null, null).withSnapshot(SnapshotMode.DISCARD).withAck(AckMode.RECEIVED))
                .start();
        HistorySpool spool = awaitHistory(1);
        assertThat(readSealed(spool.snapshot().orElseThrow())).isEmpty();
        assertThat(spool.snapshotLength().orElseThrow()).isGreaterThan(1000);
        try (Jedis jedis = redis.client()) {
            jedis.set("last", "the end");
            readUntil(spool.stream(), "the end");
            await().until(() -> slaveOffset() == spool.stream().end());
            assertThat(jedis.waitReplicas(1, 10_000)).isEqualTo(1);
        }
    }

    @Test
    void discardedSnapshotNeedsNoLog() throws Exception {
        redis = new TestRedis(TestRedis.Version.REDIS_6_2, directory, null);
        fill(1000);
        link =
                new ReplicaLink(
                        settings(null, null).withSnapshot(SnapshotMode.DISCARD),
                        (replid, offset, resumed) ->
                                HistorySpool.resume(
                                        recorder.place, new History(1, 1), replid, offset),
                        recorder,
                        recorder);
        link.start();
        HistorySpool spool = awaitHistory(1);
        try (Jedis jedis = redis.client()) {
            jedis.set("last", "the end");
        }
        readUntil(spool.stream(), "the end");
        assertThat(spool.snapshotLength().orElseThrow()).isGreaterThan(1000);
        assertThat(recorder.failure).isNotDone();
    }

    @Test
    void fullSpoolStopsReadingIsSeenAndGoesOn() throws Exception {
        recorder = new Recorder(directory.resolve("spool"), new SpoolBudget(4 << 20));
        redis =
                new TestRedis(
                        TestRedis.Version.REDIS_6_2,
                        directory,
                        null,
                        "--client-output-buffer-limit",
                        "replica",
                        "0",
                        "0",
                        "0");
        newLink(settings(null, null)).start();
        HistorySpool spool = awaitHistory(1);
        readSealed(spool.snapshot().orElseThrow());
        int values = 600;
        try (Jedis jedis = redis.client()) {
            String value = "x".repeat(100_000);
            for (int i = 0; i < values; i++) {
                jedis.set("big", value);
            }
            jedis.set("last", "the end");
        }
        await().until(() -> link.state() == LinkState.SPOOL_FULL);
        assertThat(spool.bytesOnDisk()).isLessThanOrEqualTo(4 << 20);
        int sets = 0;
        RespCommandDecoder decoder = new RespCommandDecoder();
        byte[] into = new byte[100_000];
        try (SpoolCursor cursor = spool.stream().cursor(spool.startOffset())) {
            boolean last = false;
            while (!last) {
                int n = cursor.read(into, 0, into.length);
                decoder.append(into, 0, n);
                Command command;
                while ((command = decoder.next()) != null) {
                    sets += command.name().equals("SET") ? 1 : 0;
                    last |= command.argText(1).equals("last");
                }
                spool.stream().release(cursor.position());
                if (n == 0 && !last) {
                    assertThat(spool.stream().awaitBeyond(cursor.position(), 30_000)).isTrue();
                }
            }
        }
        assertThat(sets).isEqualTo(values + 1);
        assertThat(link.reconnects()).isZero();
        assertThat(link.state()).isEqualTo(LinkState.STREAM);
        assertThat(redis.info("stats", "sync_full")).isEqualTo("1");
    }

    @Test
    void closeEndsAWriterThatWaitsForRoom() throws Exception {
        recorder = new Recorder(directory.resolve("spool"), new SpoolBudget(1 << 20));
        redis = new TestRedis(TestRedis.Version.REDIS_6_2, directory, null);
        newLink(settings(null, null)).start();
        awaitHistory(1);
        try (Jedis jedis = redis.client()) {
            String value = "x".repeat(100_000);
            for (int i = 0; i < 30; i++) {
                jedis.set("big", value);
            }
        }
        await().until(() -> link.state() == LinkState.SPOOL_FULL);
        link.close();
        link.close();
        assertThat(link.state()).isEqualTo(LinkState.CLOSED);
        await().untilAsserted(
                        () ->
                                assertThat(Thread.getAllStackTraces().keySet())
                                        .extracting(Thread::getName)
                                        .noneMatch(
                                                name ->
                                                        name.startsWith("redis-spool-")
                                                                || name.startsWith("redis-link-")));
    }

    @Test
    void unreachableMasterIsTriedAgain() throws Exception {
        Shard shard = new Shard("0", new Address("127.0.0.1", TestRedis.freePort()));
        newLink(LinkSettings.of(shard, ConnectionSettings.plain())).start();
        await().until(() -> link.reconnects() >= 3);
        assertThat(link.lastProblem().orElseThrow()).contains("cannot connect");
        assertThat(recorder.failure).isNotDone();
    }

    @Test
    void failoverToAnotherMasterStaysInTheHistory() throws Exception {
        redis = new TestRedis(TestRedis.Version.REDIS_6_2, directory, null);
        newLink(settings(null, null)).start();
        HistorySpool first = awaitHistory(1);
        readSealed(first.snapshot().orElseThrow());
        String before = first.replid();
        try (Jedis jedis = redis.client()) {
            incr(jedis, 100);
            // What a failover does to ids, on one server: replica for a moment, then master again.
            jedis.replicaof("127.0.0.1", TestRedis.freePort());
            jedis.replicaofNoOne();
            incr(jedis, 100);
            jedis.set("last", "the end");
        }
        assertThat(count(readUntil(first.stream(), "the end"), "INCR")).isEqualTo(200);
        String after = redis.info("replication", "master_replid");
        assertThat(first.replid()).isEqualTo(after).isNotEqualTo(before);
        assertThat(recorder.spools).hasSize(1);

        // And a new link, from a position with the id of before.
        link.close();
        Position old = new Position(first.history(), before, Phase.STREAM, first.startOffset(), 0);
        newLink(settings(null, null)).start(old);
        HistorySpool second = awaitHistory(2);
        assertThat(second.replid()).isEqualTo(after);
        assertThat(second.history()).isEqualTo(first.history());
        assertThat(count(readUntil(second.stream(), "the end"), "INCR")).isEqualTo(200);
        assertThat(redis.info("stats", "sync_full")).isEqualTo("1");
    }

    @Test
    void silentMasterIsLeftAndFoundAgain() throws Exception {
        redis = new TestRedis(TestRedis.Version.REDIS_6_2, directory, null);
        LinkSettings patient = settings(null, null);
        LinkSettings impatient =
                LinkSettings.of(
                        patient.shard(),
                        new ConnectionSettings(
                                null, null, null, Duration.ofSeconds(5), Duration.ofSeconds(2)));
        try (Jedis jedis = redis.client()) {
            jedis.configSet("repl-ping-replica-period", "1");
        }
        newLink(impatient).start();
        HistorySpool spool = awaitHistory(1);
        readSealed(spool.snapshot().orElseThrow());
        redis.signal("STOP");
        try {
            await().atMost(Duration.ofSeconds(20)).until(() -> link.reconnects() > 0);
            assertThat(link.lastProblem().orElseThrow()).contains("nothing came for 2 s");
        } finally {
            redis.signal("CONT");
        }
        try (Jedis jedis = redis.client()) {
            incr(jedis, 10);
            jedis.set("last", "the end");
        }
        assertThat(count(readUntil(spool.stream(), "the end"), "INCR")).isEqualTo(10);
        assertThat(redis.info("stats", "sync_full")).isEqualTo("1");
    }

    @Test
    void spoolThatCannotBeMadeEndsTheLink() throws Exception {
        redis = new TestRedis(TestRedis.Version.REDIS_6_2, directory, null);
        Path file = Files.createFile(directory.resolve("a-file"));
        HistorySpool.Place place =
                new HistorySpool.Place(file, "it", "0", 1 << 20, new SpoolBudget(1 << 20));
        link =
                new ReplicaLink(
                        settings(null, null),
                        (replid, offset, resumed) ->
                                HistorySpool.begin(place, new History(1, 1), replid, offset),
                        recorder,
                        recorder);
        link.start();
        assertThat(recorder.failure.get())
                .hasMessageContaining("shard 0 at " + redis.address())
                .hasMessageContaining(file.toString());
        await().until(() -> redis.info("replication", "connected_slaves").equals("0"));
    }

    @Test
    void permitThatComesTooLateIsGivenBack() throws Exception {
        redis = new TestRedis(TestRedis.Version.REDIS_6_2, directory, null);
        recorder.turn = new CompletableFuture<>();
        newLink(settings(null, null)).start();
        await().until(() -> link.state() == LinkState.WAITING_FOR_PERMIT);
        link.close();
        recorder.turn.complete(null);
        await().until(() -> recorder.permitsOut.get() == 0);
        assertThat(recorder.permitsTaken).hasValue(1);
        assertThat(redis.info("stats", "sync_full")).isEqualTo("0");
    }
}

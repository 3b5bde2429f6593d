package io.redissync.testing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;

/**
 * Writes to a server from several threads until it is told to stop, and knows exactly how often it
 * incremented its counters.
 *
 * <p>The commands come from a seeded generator, in dbs 0 to 5 (db 3 is emptied now and then, 4 and
 * 5 are swapped). A connection that the server closes is opened again; what became of the commands
 * in flight is then read from the counters, which one thread each writes.
 */
public final class WriteLoad implements AutoCloseable {

    /** Kinds of writes; a mix is a set of them. */
    public enum Feature {
        /** INCR of keys {@code counter:…} in db 0, counted exactly. */
        COUNTERS,
        /** INCR, INCRBY, DECRBY. */
        NUMBERS,
        /** SET, APPEND, SETRANGE. */
        STRINGS,
        /** RPUSH, LPUSH, LPOP, RPOP, LTRIM. */
        LISTS,
        /** HSET, HINCRBY, HDEL. */
        HASHES,
        /** SADD, SREM, SPOP. */
        SETS,
        /** ZADD, ZINCRBY, ZREM. */
        ZSETS,
        /** XADD with and without MAXLEN, XDEL; from 5.0 on. */
        STREAMS,
        /** DEL of one to three keys of any type. */
        DELETES,
        /** MSET, RPOPLPUSH, SMOVE, SUNIONSTORE. */
        MULTI_KEY,
        /** MULTI … EXEC of two to five of the others, also over two dbs. */
        TRANSACTIONS,
        /** Times of expiry far away, set again and again on the same few keys. */
        RENEWED_TTLS,
        /** Keys that do expire, 50 ms to 3 s after they were written. */
        EXPIRING,
        /** FLUSHDB of db 3, rarely. */
        FLUSHDB,
        /** SWAPDB 4 5, rarely; from 4.0 on. */
        SWAPDB;

        /** All that the binary's version has. */
        public static Set<Feature> allOf(RedisBinary binary) {
            EnumSet<Feature> all = EnumSet.allOf(Feature.class);
            if (!binary.isAtLeast(5, 0)) {
                all.remove(STREAMS);
            }
            if (!binary.isAtLeast(4, 0)) {
                all.remove(SWAPDB);
            }
            return all;
        }
    }

    /** What a load is made of; {@link #start()} begins it. */
    public static final class Builder {
        private final RedisServer server;
        private Set<Feature> features;
        private long seed = 1;
        private int threads = 2;
        private int commandsPerSecond = 2_000;
        private int keysPerType = 200;
        private int maxValueBytes = 64;

        private Builder(RedisServer server) {
            this.server = server;
            this.features = Feature.allOf(server.binary());
        }

        /** Of the generators; default 1. */
        public Builder seed(long value) {
            seed = value;
            return this;
        }

        /** Default 2, each with a connection of its own. */
        public Builder threads(int value) {
            threads = value;
            return this;
        }

        /** Of all threads together, default 2000; 0: as many as go through. */
        public Builder commandsPerSecond(int value) {
            commandsPerSecond = value;
            return this;
        }

        /** Default: all that the server's version has. */
        public Builder features(Set<Feature> value) {
            features = value;
            return this;
        }

        /** All that the server's version has, but for these. */
        public Builder without(Feature... unwanted) {
            features = EnumSet.copyOf(features);
            for (Feature feature : unwanted) {
                features.remove(feature);
            }
            return this;
        }

        /** Names per type and db, default 200. */
        public Builder keysPerType(int value) {
            keysPerType = value;
            return this;
        }

        /** Values have 1 to so many bytes, default 64. */
        public Builder maxValueBytes(int value) {
            maxValueBytes = value;
            return this;
        }

        public WriteLoad start() {
            WriteLoad load = new WriteLoad(this);
            load.workers.forEach(Thread::start);
            return load;
        }
    }

    private final List<WriteLoadThread> workers = new ArrayList<>();
    private final AtomicLong acknowledged = new AtomicLong();
    private final List<String> failures = Collections.synchronizedList(new ArrayList<>());

    private WriteLoad(Builder builder) {
        for (int i = 0; i < builder.threads; i++) {
            WriteMix mix =
                    new WriteMix(
                            builder.features,
                            builder.seed * 31 + i,
                            i,
                            builder.keysPerType,
                            builder.maxValueBytes);
            double rate = (double) builder.commandsPerSecond / builder.threads;
            workers.add(new WriteLoadThread(builder.server, mix, rate, acknowledged, failures, i));
        }
    }

    /** A load on this server with the defaults of {@link Builder}. */
    public static Builder on(RedisServer server) {
        return new Builder(server);
    }

    /** Commands that the server has answered so far. */
    public long commands() {
        return acknowledged.get();
    }

    /** Waits until so many more commands than now are through. */
    public void awaitCommands(long more, Duration timeout) {
        long goal = commands() + more;
        Awaitility.await("write load: " + more + " more commands")
                .atMost(timeout)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> hasReached(goal));
    }

    private boolean hasReached(long goal) {
        if (commands() >= goal) {
            return true;
        }
        if (workers.stream().noneMatch(Thread::isAlive)) {
            throw new IllegalStateException("the write load ended: " + failures);
        }
        return false;
    }

    /** Holds the load; when it returns no command is in flight. */
    public void pause() {
        workers.forEach(WriteLoadThread::pause);
        workers.forEach(WriteLoadThread::awaitPaused);
    }

    public void resume() {
        workers.forEach(WriteLoadThread::proceed);
    }

    /**
     * Ends the load; commands in flight are finished first.
     *
     * @throws AssertionError when the server refused a command, or lost what it had acknowledged
     */
    public void stop() {
        workers.forEach(WriteLoadThread::finish);
        workers.forEach(WriteLoadThread::awaitEnd);
        if (!failures.isEmpty()) {
            throw new AssertionError(
                    "write load: " + failures.size() + " failures: " + String.join("\n", failures));
        }
    }

    /**
     * What every counter key of db 0 must hold; exact while the load is paused or stopped.
     *
     * @return sums by key, only of counters that were written
     */
    public SortedMap<String, Long> expectedCounters() {
        SortedMap<String, Long> counters = new TreeMap<>();
        workers.forEach(worker -> counters.putAll(worker.counters()));
        return counters;
    }

    /** How often INCR was applied to counters in all. */
    public long increments() {
        return expectedCounters().values().stream().mapToLong(Long::longValue).sum();
    }

    /**
     * A server holds exactly the expected counters.
     *
     * @throws AssertionError otherwise, with the differing ones
     */
    public void assertCounters(RedisServer server) {
        List<String> wrong = new ArrayList<>();
        SortedMap<String, Long> expected = expectedCounters();
        try (RawConnection connection = new RawConnection(server)) {
            for (Map.Entry<String, Long> counter : expected.entrySet()) {
                String value = RawConnection.text(connection.call("GET", counter.getKey()));
                if (!value.equals(counter.getValue().toString())) {
                    wrong.add(
                            counter.getKey() + " = " + value + ", expected " + counter.getValue());
                }
            }
        }
        if (!wrong.isEmpty()) {
            throw new AssertionError(
                    wrong.size()
                            + " of "
                            + expected.size()
                            + " counters are wrong at "
                            + server
                            + ":\n"
                            + String.join("\n", wrong));
        }
    }

    /** Ends the load without a word about failures: {@link #stop()} is the one that tells. */
    @Override
    public void close() {
        workers.forEach(WriteLoadThread::abandon);
        workers.forEach(WriteLoadThread::awaitEnd);
    }
}

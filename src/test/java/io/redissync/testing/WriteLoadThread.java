package io.redissync.testing;

import io.redissync.testing.WriteMix.Write;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

/** One writer of a load: its connection, its pace and its counters. */
final class WriteLoadThread extends Thread {

    private enum State {
        RUNNING,
        PAUSING,
        PAUSED,
        FINISHING
    }

    private static final int MAX_BATCH = 100;
    private static final int BATCHES_PER_SECOND = 50;
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long END_TIMEOUT_MILLIS = 60_000;

    private final RedisServer server;
    private final WriteMix mix;
    private final double commandsPerSecond;
    private final AtomicLong acknowledged;
    private final List<String> failures;
    private final Map<String, Long> counters = new HashMap<>();

    /** Guarded by this. */
    private State state = State.RUNNING;

    private volatile boolean abandoned;
    private volatile RawConnection connection;
    private int selectedDb;

    /**
     * @param commandsPerSecond 0: as many as go through
     * @param acknowledged counts the commands of all threads that were answered
     * @param failures of all threads
     */
    WriteLoadThread(
            RedisServer server,
            WriteMix mix,
            double commandsPerSecond,
            AtomicLong acknowledged,
            List<String> failures,
            int number) {
        super("write-load-" + number);
        setDaemon(true);
        this.server = server;
        this.mix = mix;
        this.commandsPerSecond = commandsPerSecond;
        this.acknowledged = acknowledged;
        this.failures = failures;
    }

    @Override
    public void run() {
        try {
            connect();
            long next = System.nanoTime();
            while (mayContinue()) {
                int written = writeBatch();
                next = pace(next, written);
            }
        } catch (RuntimeException | InterruptedException e) {
            if (!abandoned) {
                failures.add(getName() + " ended: " + e);
            }
        } finally {
            synchronized (this) {
                state = State.FINISHING;
                notifyAll();
            }
            if (connection != null) {
                connection.close();
            }
        }
    }

    private synchronized boolean mayContinue() throws InterruptedException {
        while (state == State.PAUSING || state == State.PAUSED) {
            state = State.PAUSED;
            notifyAll();
            wait();
        }
        return state != State.FINISHING;
    }

    private long pace(long next, int written) {
        if (commandsPerSecond == 0) {
            return next;
        }
        long due = next + (long) (written * 1e9 / commandsPerSecond);
        long now = System.nanoTime();
        if (due < now - TimeUnit.SECONDS.toNanos(1)) {
            return now; // the server was away: what was missed is not made up for
        }
        LockSupport.parkNanos(Math.max(0, due - now));
        return due;
    }

    private int batchSize() {
        return commandsPerSecond == 0
                ? MAX_BATCH
                : (int) Math.max(1, Math.min(MAX_BATCH, commandsPerSecond / BATCHES_PER_SECOND));
    }

    private int writeBatch() throws InterruptedException {
        List<Write> batch = new ArrayList<>();
        while (batch.size() < batchSize()) {
            batch.addAll(mix.next());
        }
        try {
            List<Write> sent = new ArrayList<>();
            for (Write write : batch) {
                if (write.db() != WriteMix.ANY_DB && write.db() != selectedDb) {
                    send(new Write(write.db(), null, "SELECT", Integer.toString(write.db())), sent);
                    selectedDb = write.db();
                }
                send(write, sent);
            }
            settle(sent, connection.replies());
        } catch (JedisConnectionException e) {
            connection.close();
            connect();
            settleFromServer(batch);
        }
        return batch.size();
    }

    private void send(Write write, List<Write> sent) {
        connection.queue(write.command(), write.arguments().toArray(String[]::new));
        sent.add(write);
    }

    private void settle(List<Write> sent, List<Object> replies) {
        for (int i = 0; i < sent.size(); i++) {
            Write write = sent.get(i);
            check(write, replies.get(i));
            if (write.command().equals("EXEC")) {
                if (!(replies.get(i) instanceof List<?> results)) {
                    throw new IllegalStateException("EXEC: not applied: " + replies.get(i));
                }
                results.forEach(result -> check(write, result));
            }
            if (write.counter() != null) {
                increments(write.counter(), 1);
            }
        }
        acknowledged.addAndGet(sent.size());
    }

    private static void check(Write write, Object reply) {
        if (reply instanceof JedisDataException refusal) {
            throw new IllegalStateException(
                    "refused: "
                            + write.command()
                            + " "
                            + DataSet.printable(String.join(" ", write.arguments()), 200)
                            + ": "
                            + refusal.getMessage(),
                    refusal);
        }
    }

    private synchronized void increments(String counter, long by) {
        counters.merge(counter, by, Long::sum);
    }

    /** The connection was lost with a batch in flight: the server knows how much of it came. */
    private void settleFromServer(List<Write> batch) throws InterruptedException {
        Map<String, Long> inFlight = new HashMap<>();
        batch.stream()
                .filter(write -> write.counter() != null)
                .forEach(write -> inFlight.merge(write.counter(), 1L, Long::sum));
        for (Map.Entry<String, Long> counter : inFlight.entrySet()) {
            long known = counters().getOrDefault(counter.getKey(), 0L);
            long actual = readCounter(counter.getKey());
            if (actual < known || actual > known + counter.getValue()) {
                throw new IllegalStateException(
                        "counter "
                                + counter.getKey()
                                + " = "
                                + actual
                                + " after the connection was lost (expected: "
                                + known
                                + " to "
                                + (known + counter.getValue())
                                + "): the server lost what it had acknowledged");
            }
            increments(counter.getKey(), actual - known);
        }
    }

    private long readCounter(String key) throws InterruptedException {
        while (true) {
            try {
                Object value = connection.call("GET", key);
                return value == null ? 0 : Long.parseLong(RawConnection.text(value));
            } catch (JedisConnectionException e) {
                connection.close();
                connect();
            }
        }
    }

    /** Retries until the server answers, or the load is given up. */
    private void connect() throws InterruptedException {
        while (true) {
            if (abandoned) {
                throw new IllegalStateException("given up while connecting");
            }
            try {
                // No timeout: a server that was suspended goes on with what it has received.
                RawConnection fresh = new RawConnection(server, 0);
                connection = fresh;
                fresh.call("PING");
                fresh.call("SELECT", "0");
                selectedDb = 0;
                return;
            } catch (JedisConnectionException e) {
                LockSupport.parkNanos(RETRY_NANOS);
            } catch (JedisDataException e) {
                if (!String.valueOf(e.getMessage()).startsWith("LOADING")) {
                    throw e;
                }
                connection.close();
                LockSupport.parkNanos(RETRY_NANOS);
            }
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted while connecting");
            }
        }
    }

    synchronized Map<String, Long> counters() {
        return new HashMap<>(counters);
    }

    synchronized void pause() {
        if (state == State.RUNNING) {
            state = State.PAUSING;
        }
    }

    synchronized void awaitPaused() {
        try {
            while (state == State.PAUSING) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("pause the write load: interrupted", e);
        }
    }

    synchronized void proceed() {
        if (state == State.PAUSED || state == State.PAUSING) {
            state = State.RUNNING;
            notifyAll();
        }
    }

    synchronized void finish() {
        state = State.FINISHING;
        notifyAll();
    }

    /** Ends it also when the server does not answer. */
    void abandon() {
        if (isAlive()) {
            abandoned = true;
            finish();
            RawConnection current = connection;
            if (current != null) {
                current.disconnect();
            }
        }
    }

    void awaitEnd() {
        try {
            join(END_TIMEOUT_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("end the write load: interrupted", e);
        }
        if (isAlive()) {
            throw new IllegalStateException(
                    "end the write load: no answer from " + server + " for 60 s");
        }
    }
}

package io.redissync.protocol.psync;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread of a link that touches the disk: does what the event loop hands over, in order,
 * and tells it when too much is waiting.
 */
final class SpoolWriter {

    /** Called from the writer's thread. */
    interface Owner {
        HistorySpool create(HistoryFeed feed) throws IOException;

        void begun(HistorySpool spool, HistoryFeed feed);

        /** Less than half of the limit is waiting again. */
        void roomAgain();

        void failed(Throwable cause);
    }

    sealed interface Task {
        HistoryFeed feed();
    }

    record Begin(HistoryFeed feed) implements Task {}

    record Bytes(HistoryFeed feed, SpoolLog.Kind kind, ByteBuf data, long arrivalMillis)
            implements Task {

        /** What the buffer holds on to, which can be much more than it shows. */
        int weight() {
            return Math.max(data.readableBytes(), data.capacity()) + 64;
        }

        boolean continues(Bytes first) {
            return feed == first.feed
                    && kind == first.kind
                    && arrivalMillis - first.arrivalMillis <= SAME_ARRIVAL_MILLIS;
        }
    }

    record SnapshotLength(HistoryFeed feed, long length) implements Task {}

    record SnapshotEnd(HistoryFeed feed, long length) implements Task {}

    record Adopt(HistoryFeed feed, String replid) implements Task {}

    static final long LIMIT_BYTES = 16L << 20;

    private static final int FRAME_BYTES = 256 << 10;
    private static final long SAME_ARRIVAL_MILLIS = 10;
    private static final long DISK_RETRY_MILLIS = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(SpoolWriter.class);

    private final String shardId;
    private final Owner owner;
    private final Thread thread;
    private final ByteBuffer gathered = ByteBuffer.allocateDirect(FRAME_BYTES);

    private final Object lock = new Object();

    @GuardedBy("lock")
    private final ArrayDeque<Task> tasks = new ArrayDeque<>();

    @GuardedBy("lock")
    private long waitingBytes;

    @GuardedBy("lock")
    private boolean overLimit;

    private volatile boolean stopped;

    SpoolWriter(String shardId, Owner owner) {
        this.shardId = shardId;
        this.owner = owner;
        this.thread = new Thread(this::run, "redis-spool-" + shardId);
        this.thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    void submit(Task task) {
        synchronized (lock) {
            if (!stopped) {
                tasks.add(task);
                if (task instanceof Bytes bytes) {
                    waitingBytes += bytes.weight();
                    overLimit |= waitingBytes > LIMIT_BYTES;
                }
                lock.notifyAll();
                return;
            }
        }
        release(task);
    }

    /** Whether the event loop should stop reading until {@link Owner#roomAgain}. */
    boolean overLimit() {
        synchronized (lock) {
            return overLimit;
        }
    }

    /** Ends the thread after what it is writing now; the rest is thrown away. */
    void stop() {
        synchronized (lock) {
            stopped = true;
            lock.notifyAll();
        }
    }

    /** Waits for the thread's end, unless called by it. */
    void join(long millis) throws InterruptedException {
        if (Thread.currentThread() != thread) {
            thread.join(millis);
        }
    }

    private void run() {
        try {
            Task task;
            while ((task = take()) != null) {
                perform(task);
            }
        } catch (IOException | RuntimeException | Error e) {
            // Also what factory or listener throw, and a lack of memory: a link without its writer
            // would throw away what comes and hang silently.
            stop();
            owner.failed(e);
        } finally {
            stop();
            releaseAll();
        }
    }

    private Task take() {
        synchronized (lock) {
            while (tasks.isEmpty() && !stopped) {
                try {
                    lock.wait();
                } catch (InterruptedException e) {
                    stopped = true;
                }
            }
            return stopped ? null : tasks.poll();
        }
    }

    private void perform(Task task) throws IOException {
        if (task instanceof Bytes bytes) {
            write(bytes);
        } else if (task.feed().stale()) {
            return;
        } else if (task instanceof Begin begin) {
            begin(begin.feed());
        } else if (task instanceof SnapshotLength announced) {
            announced.feed().spool().snapshotLength(announced.length());
        } else if (task instanceof SnapshotEnd snapshot) {
            snapshot.feed().spool().snapshotReceived(snapshot.length());
        } else if (task instanceof Adopt adopted) {
            adopted.feed().spool().replid(adopted.replid());
        }
    }

    private void begin(HistoryFeed feed) throws IOException {
        HistorySpool spool = owner.create(feed);
        feed.spool(spool);
        if (stopped) {
            spool.delete();
        } else {
            owner.begun(spool, feed);
        }
    }

    private void write(Bytes first) throws IOException {
        int weight = first.weight();
        try {
            gathered.clear();
            Bytes next = null;
            if (first.data().readableBytes() < FRAME_BYTES / 2) {
                next = pollMore(first, first.data().readableBytes());
            }
            if (next == null) {
                append(first, first.data().nioBuffer());
                return;
            }
            gather(first.data());
            while (next != null) {
                weight += next.weight();
                gather(next.data());
                next.data().release();
                next = pollMore(first, gathered.position());
            }
            append(first, gathered.flip());
        } finally {
            first.data().release();
            written(weight);
        }
    }

    /** The next task if it is more of the same and fits into the same frame. */
    private Bytes pollMore(Bytes first, int size) {
        synchronized (lock) {
            if (tasks.peek() instanceof Bytes more
                    && more.continues(first)
                    && size + more.data().readableBytes() <= FRAME_BYTES) {
                tasks.poll();
                return more;
            }
            return null;
        }
    }

    private void gather(ByteBuf data) {
        int length = data.readableBytes();
        gathered.limit(gathered.position() + length);
        data.getBytes(data.readerIndex(), gathered);
        gathered.limit(gathered.capacity());
    }

    /** Tries again for as long as the disk is full; the bytes of a stale history are dropped. */
    private void append(Bytes from, ByteBuffer data) throws IOException {
        boolean told = false;
        while (data.hasRemaining() && !stopped && !from.feed().stale()) {
            HistorySpool spool = from.feed().spool();
            SpoolLog log =
                    from.kind() == SpoolLog.Kind.STREAM
                            ? spool.stream()
                            : spool.snapshot().orElseThrow();
            try {
                log.append(data, from.arrivalMillis());
            } catch (SpoolDiskFullException e) {
                if (!told) {
                    LOG.warn("shard {}: {}; trying again every second", shardId, e.getMessage());
                    told = true;
                }
                pause();
            } catch (SpoolClosedException e) {
                LOG.debug("shard {}: bytes for a closed spool are dropped", shardId, e);
                return;
            }
        }
    }

    private void pause() {
        synchronized (lock) {
            long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(DISK_RETRY_MILLIS);
            long left;
            while (!stopped && (left = deadline - System.nanoTime()) > 0) {
                try {
                    TimeUnit.NANOSECONDS.timedWait(lock, left);
                } catch (InterruptedException e) {
                    stopped = true;
                }
            }
        }
    }

    private void written(int weight) {
        boolean roomAgain;
        synchronized (lock) {
            waitingBytes -= weight;
            roomAgain = overLimit && waitingBytes < LIMIT_BYTES / 2;
            if (roomAgain) {
                overLimit = false;
            }
        }
        if (roomAgain) {
            owner.roomAgain();
        }
    }

    private void releaseAll() {
        synchronized (lock) {
            tasks.forEach(SpoolWriter::release);
            tasks.clear();
        }
    }

    private static void release(Task task) {
        if (task instanceof Bytes bytes) {
            bytes.data().release();
        }
    }
}

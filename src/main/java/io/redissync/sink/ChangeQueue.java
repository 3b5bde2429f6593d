package io.redissync.sink;

import io.redissync.command.Change;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What Flink's thread and the sender's share: changes accepted, bounded by bytes until they are
 * confirmed, and the failure of the one that the other has to hear of.
 */
final class ChangeQueue {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final long maxBytes;

    private List<Change> incoming = new ArrayList<>();
    private long heldBytes;
    private Throwable failure;
    private volatile boolean closed;

    ChangeQueue(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Adds a change; waits while too much is unconfirmed. */
    void put(Change change) throws IOException, InterruptedException {
        int size = change.sizeInBytes();
        lock.lockInterruptibly();
        try {
            // A change larger than the bound goes alone.
            while (heldBytes > 0 && heldBytes + size > maxBytes && failure == null && !closed) {
                changed.await();
            }
            rethrow();
            heldBytes += size;
            incoming.add(change);
            if (incoming.size() == 1) {
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits until everything that was put is confirmed by the target. */
    void awaitConfirmed() throws IOException, InterruptedException {
        lock.lockInterruptibly();
        try {
            while (heldBytes > 0 && failure == null && !closed) {
                changed.await();
            }
            rethrow();
        } finally {
            lock.unlock();
        }
    }

    private void rethrow() throws IOException {
        if (failure == null && closed && heldBytes > 0) {
            throw new IOException(
                    "the writer was closed with " + heldBytes + " bytes not confirmed");
        }
        if (failure instanceof FatalSinkException fatal) {
            throw new FatalSinkException(fatal.getMessage(), fatal);
        }
        if (failure instanceof IOException io) {
            throw new IOException(io.getMessage(), io);
        }
        if (failure != null) {
            throw new IOException("the sender to the target failed: " + failure, failure);
        }
    }

    /** Moves what was put to the list; waits for something when the sender has nothing to do. */
    void take(List<Change> into, boolean wait) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (wait && incoming.isEmpty() && !closed) {
                changed.await();
            }
            into.addAll(incoming);
            incoming.clear();
        } finally {
            lock.unlock();
        }
    }

    /** Says that changes of so many bytes are confirmed. */
    void release(long bytes) {
        lock.lock();
        try {
            heldBytes -= bytes;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for a time or until the queue is closed; may return early. */
    @SuppressWarnings("WaitNotInLoop") // Returning early is allowed; the callers look again.
    void pause(long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (!closed) {
                changed.await(nanos, TimeUnit.NANOSECONDS);
            }
        } finally {
            lock.unlock();
        }
    }

    long heldBytes() {
        lock.lock();
        try {
            return heldBytes;
        } finally {
            lock.unlock();
        }
    }

    void fail(Throwable cause) {
        lock.lock();
        try {
            failure = cause;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    boolean isClosed() {
        return closed;
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}

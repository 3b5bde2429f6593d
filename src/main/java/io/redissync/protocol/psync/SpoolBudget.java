package io.redissync.protocol.psync;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.InterruptedIOException;
import java.util.function.BooleanSupplier;

/** The bound on disk space that all spool logs of one shard share ({@code spool.max-bytes}). */
public final class SpoolBudget {

    /** Whether bytes can be taken. */
    public enum State {
        OK,
        /** An append waits until a checkpoint releases segments. */
        FULL,
        /** The last append failed because the disk has no room; it is tried again. */
        DISK_FULL
    }

    private final long maxBytes;
    private final Object monitor = new Object();

    @GuardedBy("monitor")
    private long used;

    private volatile State state = State.OK;

    /**
     * @param maxBytes upper bound of the bytes on disk, headers included
     */
    public SpoolBudget(long maxBytes) {
        if (maxBytes < 1) {
            throw new IllegalArgumentException("spool max bytes: " + maxBytes + " (expected: > 0)");
        }
        this.maxBytes = maxBytes;
    }

    public long maxBytes() {
        return maxBytes;
    }

    public long usedBytes() {
        synchronized (monitor) {
            return used;
        }
    }

    public State state() {
        return state;
    }

    /** Takes the bytes, which are on the disk already, whether there is room or not. */
    void take(long bytes) {
        synchronized (monitor) {
            used += bytes;
        }
    }

    /** Takes the bytes if there is room; an empty budget takes any number. */
    boolean tryReserve(long bytes) {
        synchronized (monitor) {
            if (used > 0 && used + bytes > maxBytes) {
                return false;
            }
            used += bytes;
            return true;
        }
    }

    /**
     * Waits until there is room and takes the bytes.
     *
     * @param cancelled asked on every {@link #signal()}; true ends the wait
     * @return false when cancelled: nothing was taken
     */
    boolean reserve(long bytes, BooleanSupplier cancelled) throws InterruptedIOException {
        synchronized (monitor) {
            while (!cancelled.getAsBoolean()) {
                if (used == 0 || used + bytes <= maxBytes) {
                    used += bytes;
                    state = State.OK;
                    return true;
                }
                state = State.FULL;
                try {
                    monitor.wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    state = State.OK;
                    throw new InterruptedIOException("interrupted while the spool was full");
                }
            }
            state = State.OK;
            return false;
        }
    }

    void free(long bytes) {
        synchronized (monitor) {
            used -= bytes;
            monitor.notifyAll();
        }
    }

    /** Lets a waiting append look again whether it was cancelled. */
    void signal() {
        synchronized (monitor) {
            monitor.notifyAll();
        }
    }

    void diskRefused() {
        state = State.DISK_FULL;
    }

    void diskAccepted() {
        if (state == State.DISK_FULL) {
            state = State.OK;
        }
    }
}

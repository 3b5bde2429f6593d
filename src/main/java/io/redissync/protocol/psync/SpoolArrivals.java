package io.redissync.protocol.psync;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Where the one reader of a log waits for what its writer appends. */
final class SpoolArrivals {

    private final Object monitor = new Object();
    private volatile boolean readerWaits;
    private volatile boolean woken;

    /**
     * Waits until there is something.
     *
     * @param arrived asked after every {@link #announce}
     * @return true when there is; false at the timeout and when woken up
     */
    boolean await(BooleanSupplier arrived, long timeoutMillis) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        synchronized (monitor) {
            readerWaits = true;
            try {
                while (true) {
                    if (woken) {
                        woken = false;
                        return false;
                    }
                    if (arrived.getAsBoolean()) {
                        return true;
                    }
                    long left = deadline - System.nanoTime();
                    if (left <= 0) {
                        return false;
                    }
                    TimeUnit.NANOSECONDS.timedWait(monitor, left);
                }
            } finally {
                readerWaits = false;
            }
        }
    }

    /** Makes the current wait, or else the next one, return false at once. */
    void wakeUp() {
        synchronized (monitor) {
            woken = true;
            monitor.notifyAll();
        }
    }

    /** Called behind a volatile write that the reader looks at behind setting its own flag. */
    void announce() {
        if (readerWaits) {
            synchronized (monitor) {
                monitor.notifyAll();
            }
        }
    }
}

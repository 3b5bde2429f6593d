package io.redissync.job;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntSupplier;

/**
 * Ends this JVM with 0 on SIGTERM and Ctrl-C: a stop that was asked for is no failure, so the JVM's
 * own 143 and 130 are not used. Made first of all in main, since a signal can come while classes
 * are loaded.
 */
final class UserStop {

    private final AtomicReference<IntSupplier> action = new AtomicReference<>(() -> 0);
    private final Thread hook = new Thread(this::stopAndHalt, "stop-by-user");

    private UserStop() {}

    static UserStop install() {
        UserStop stop = new UserStop();
        Runtime.getRuntime().addShutdownHook(stop.hook);
        return stop;
    }

    /**
     * @param stop ends what runs, within seconds, and returns the exit code
     */
    void onStop(IntSupplier stop) {
        action.set(stop);
    }

    /** Leaves the exit code to {@link System#exit}; without effect when the stop has begun. */
    void remove() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is ending: the hook runs, and halts it with the code of its action.
        }
    }

    private void stopAndHalt() {
        int code = 1;
        try {
            code = action.get().getAsInt();
            System.out.flush();
        } finally {
            // Else the JVM would end with the number of the signal.
            Runtime.getRuntime().halt(code);
        }
    }
}

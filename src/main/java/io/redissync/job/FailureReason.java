package io.redissync.job;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.util.SerializedThrowable;

/** The one line that says why a job failed, out of the layers that Flink puts around it. */
final class FailureReason {

    private static final String OWN_CODE = "io.redissync.";

    /**
     * The message of the outermost exception that this product made, and that of the root cause if
     * it adds something; of the root cause alone when the product made none.
     */
    static String of(Throwable failure) {
        List<Throwable> chain = chain(failure);
        Throwable root = chain.get(chain.size() - 1);
        String cause = message(root);
        return chain.stream()
                .filter(FailureReason::isOwn)
                .findFirst()
                .map(FailureReason::message)
                .map(own -> own.contains(cause) ? own : own + ": " + cause)
                .orElse(cause);
    }

    static List<Throwable> chain(Throwable failure) {
        List<Throwable> chain = new ArrayList<>();
        Throwable next = failure;
        while (next != null && !chain.contains(next)) {
            Throwable real = SerializedThrowable.get(next, FailureReason.class.getClassLoader());
            chain.add(real);
            next = real.getCause();
        }
        return chain;
    }

    private static boolean isOwn(Throwable failure) {
        StackTraceElement[] trace = failure.getStackTrace();
        return trace.length > 0
                && trace[0].getClassName().startsWith(OWN_CODE)
                && failure.getMessage() != null;
    }

    private static String message(Throwable failure) {
        String text =
                failure.getMessage() == null
                        ? failure.getClass().getSimpleName()
                        : failure.getMessage();
        return text.strip().replaceAll("\\s*\\R\\s*", "; ");
    }

    private FailureReason() {}
}

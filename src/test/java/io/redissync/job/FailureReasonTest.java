package io.redissync.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.apache.flink.util.FlinkException;
import org.apache.flink.util.SerializedThrowable;
import org.junit.jupiter.api.Test;

/** The one line about a failure. */
class FailureReasonTest {

    @Test
    void takesTheOwnMessageAndTheRootCause() {
        Throwable root = foreign(new IOException("Connection reset"));
        Throwable own = new IllegalStateException("shard 0: link to a:1 lost", root);
        Throwable failure =
                foreign(new FlinkException("Job failed", foreign(new RuntimeException(own))));

        assertThat(FailureReason.of(failure))
                .isEqualTo("shard 0: link to a:1 lost: Connection reset");
        assertThat(FailureReason.of(new SerializedThrowable(failure)))
                .isEqualTo("shard 0: link to a:1 lost: Connection reset");
    }

    @Test
    void saysNothingTwice() {
        Throwable root = foreign(new IOException("reset"));
        assertThat(FailureReason.of(new IllegalStateException("link lost: reset", root)))
                .isEqualTo("link lost: reset");
    }

    @Test
    void takesTheRootCauseWhenNoneIsOurs() {
        Throwable root = foreign(new IOException("No space left\n  on device"));
        assertThat(FailureReason.of(foreign(new FlinkException("Job failed", root))))
                .isEqualTo("No space left; on device");
        assertThat(FailureReason.of(foreign(new StackOverflowError())))
                .isEqualTo("StackOverflowError");
    }

    /** As if made by code that is not ours. */
    private static <T extends Throwable> T foreign(T throwable) {
        throwable.setStackTrace(
                new StackTraceElement[] {
                    new StackTraceElement("java.net.Socket", "read", "Socket.java", 1)
                });
        return throwable;
    }
}

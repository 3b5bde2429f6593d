package io.redissync.source;

import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;

/**
 * The source cannot go on and a restart of the job would not help: somebody has to decide. Flink
 * does not restart a job that fails with it.
 */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
public final class FatalSourceException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public FatalSourceException(String message) {
        super(message);
    }

    public FatalSourceException(String message, Throwable cause) {
        super(message, cause);
    }
}

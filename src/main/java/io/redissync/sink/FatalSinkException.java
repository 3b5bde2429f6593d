package io.redissync.sink;

import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;

/**
 * The sink cannot go on and a restart of the job would not help: somebody has to decide. Flink does
 * not restart a job that fails with it.
 */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
public final class FatalSinkException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public FatalSinkException(String message) {
        super(message);
    }

    public FatalSinkException(String message, Throwable cause) {
        super(message, cause);
    }
}

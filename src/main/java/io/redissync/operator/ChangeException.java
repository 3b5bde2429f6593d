package io.redissync.operator;

import io.redissync.command.Change;
import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;

/**
 * A change that the rules cannot be applied to; its message names shard, position and command. It
 * would meet the rules again after a restart, so Flink does not restart the job.
 */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
public abstract class ChangeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    ChangeException(Change change, Object subject, String why, String whatToDo, Throwable cause) {
        super(
                "shard "
                        + change.shard()
                        + ", "
                        + change.position()
                        + ": "
                        + subject
                        + ": "
                        + why
                        + "; "
                        + whatToDo,
                cause);
    }
}

package io.redissync.sink;

import java.io.IOException;

/**
 * The target's marker is behind what this writer knows to be applied, or gone: the source has to go
 * back to where the marker is, which a restart of the job does.
 */
public final class TargetLostWritesException extends IOException {

    private static final long serialVersionUID = 1L;

    public TargetLostWritesException(String message) {
        super(message);
    }
}

package io.redissync.protocol.psync;

import java.io.IOException;
import java.nio.file.Path;

/** A spool log was used after it was closed, or closed for more bytes. */
public final class SpoolClosedException extends IOException {

    private static final long serialVersionUID = 1L;

    SpoolClosedException(Path directory, String operation) {
        super(operation + ": spool log in " + directory + " is closed");
    }
}

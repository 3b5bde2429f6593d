package io.redissync.protocol.psync;

import java.io.IOException;
import java.nio.file.Path;

/** What stands in a spool file is not what was written there. */
public final class SpoolCorruptException extends IOException {

    private static final long serialVersionUID = 1L;

    SpoolCorruptException(Path file, long position, String problem) {
        super("spool file " + file + ", position " + position + ": " + problem);
    }
}

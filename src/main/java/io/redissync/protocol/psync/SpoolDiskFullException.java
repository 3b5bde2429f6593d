package io.redissync.protocol.psync;

import java.io.IOException;
import java.nio.file.Path;

/** The disk under the spool has no room; the append can be tried again. */
public final class SpoolDiskFullException extends IOException {

    private static final long serialVersionUID = 1L;

    SpoolDiskFullException(Path file, long position, IOException cause) {
        super(
                "write spool file "
                        + file
                        + " at position "
                        + position
                        + ": "
                        + cause.getMessage()
                        + " (expected: room on the disk of spool.dir)",
                cause);
    }
}

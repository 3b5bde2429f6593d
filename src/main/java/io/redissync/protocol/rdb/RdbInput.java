package io.redissync.protocol.rdb;

import java.io.IOException;

/** Where RDB bytes come from: a growing spool. */
@FunctionalInterface
public interface RdbInput {

    /**
     * Reads the next bytes of the RDB.
     *
     * <p>May block, and may throw any unchecked exception instead of returning (a wake-up, say):
     * {@link RdbReader#next()} lets it pass and, called again, goes on where it was.
     *
     * @param length room in {@code dst}, at least 1
     * @return number of bytes read, at least 1; -1 at the end of the RDB
     */
    int read(byte[] dst, int off, int length) throws IOException;
}

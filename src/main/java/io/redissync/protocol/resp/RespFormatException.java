package io.redissync.protocol.resp;

import java.io.IOException;

/** Bytes of the replication stream that are no command. */
public final class RespFormatException extends IOException {

    private static final long serialVersionUID = 1L;

    private final long offset;

    RespFormatException(long offset, String found, String expected) {
        super(
                "replication stream, byte "
                        + offset
                        + ": "
                        + found
                        + " (expected: "
                        + expected
                        + ")");
        this.offset = offset;
    }

    /** Bytes from the decoder's first byte to the one that is wrong. */
    public long offset() {
        return offset;
    }
}

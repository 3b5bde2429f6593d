package io.redissync.protocol.rdb;

import io.redissync.command.Texts;
import java.io.IOException;

/** An RDB that cannot be read or carried; the message says what, where, and in which db and key. */
public final class RdbFormatException extends IOException {

    private static final long serialVersionUID = 1L;
    private static final int MAX_KEY_SHOWN = 128;

    private final String what;
    private final long position;

    /**
     * @param what what is wrong and what was expected
     * @param position byte of the RDB at which it was found, from 0
     */
    RdbFormatException(String what, long position) {
        super("RDB byte " + position + ": " + what);
        this.what = what;
        this.position = position;
    }

    private RdbFormatException(RdbFormatException cause, String place) {
        super("RDB byte " + cause.position + ", " + place + ": " + cause.what, cause);
        this.what = cause.what;
        this.position = cause.position;
    }

    /** The same with the db and, where it is known, the key being read. */
    RdbFormatException in(int db, byte[] key) {
        String place = "db " + db;
        if (key != null) {
            place += ", key " + Texts.printable(key, MAX_KEY_SHOWN);
        }
        return new RdbFormatException(this, place);
    }

    /** Byte of the RDB at which the fault was found, from 0. */
    public long position() {
        return position;
    }
}

package io.redissync.protocol.rdb;

import io.redissync.command.SnapshotEntry;
import io.redissync.command.Texts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Reads an RDB item by item; values stay the raw bytes that RESTORE takes.
 *
 * <p>An unchecked exception or an {@link IOException} of the input passes through {@link #next()},
 * which goes on where it was when it is called again; bytes are never read twice. After an {@link
 * RdbFormatException} there is no going on.
 *
 * <p>Collections without elements, which a replica drops when it loads a snapshot, are left out and
 * counted. RDB versions newer than the known ones are read: so far every change of the format came
 * with a new value type or opcode, which is an error of its own.
 */
public final class RdbReader {

    private static final int OPCODE_META_OR_SLOT_IMPORT = 243;
    private static final int OPCODE_SLOT_INFO = 244;
    private static final int OPCODE_FUNCTION = 245;
    private static final int OPCODE_FUNCTION_PRE_GA = 246;
    private static final int OPCODE_MODULE_AUX = 247;
    private static final int OPCODE_IDLE = 248;
    private static final int OPCODE_FREQUENCY = 249;
    private static final int OPCODE_AUX = 250;
    private static final int OPCODE_DB_SIZE = 251;
    private static final int OPCODE_EXPIRE_MILLIS = 252;
    private static final int OPCODE_EXPIRE_SECONDS = 253;
    private static final int OPCODE_SELECT_DB = 254;
    private static final int OPCODE_EOF = 255;

    /** Opcodes have been given from the top down, value types from 0 up. */
    private static final int LEAST_OPCODE = 200;

    private static final int MAGIC_LENGTH = 9;
    private static final int FIRST_VERSION_WITH_CHECKSUM = 5;
    private static final String MODULE_NAME_LETTERS =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private enum State {
        HEADER,
        OPCODE,
        VALUE,
        MODULE_AUX,
        CHECKSUM,
        END
    }

    private final RdbBuffer in;
    private final ValueSkipper value;
    private State state = State.HEADER;
    private RdbFormatException failure;
    private int version;
    private RdbFlavor flavor;
    private long position;
    private long emptyKeys;
    private int db;

    private long expireAtMillis = SnapshotEntry.NONE;
    private long idleSeconds = SnapshotEntry.NONE;
    private int frequency = SnapshotEntry.NONE;
    private int type;

    /** Of the value being read; null between keys. */
    private byte[] key;

    private RdbItem.ModuleAux moduleAux;

    public RdbReader(RdbInput input) {
        this(input, RdbBuffer.INITIAL_LENGTH);
    }

    /**
     * @param bufferLength bytes that are read ahead at most
     */
    RdbReader(RdbInput input, int bufferLength) {
        in = new RdbBuffer(input, bufferLength);
        value = new ValueSkipper(in);
    }

    /**
     * Reads the next item.
     *
     * @return null at the end, once the checksum was found right or off
     * @throws RdbFormatException when the RDB is damaged, truncated or holds what cannot be carried
     * @throws IOException when the input cannot be read; calling again goes on
     */
    public RdbItem next() throws IOException {
        if (failure != null) {
            throw failure;
        }
        in.rewind();
        try {
            RdbItem item = read();
            position = in.position();
            return item;
        } catch (RdbFormatException e) {
            failure = state == State.HEADER ? e : e.in(db, key);
            throw failure;
        }
    }

    /**
     * Bytes of the RDB up to the end of the last item returned; once {@link #next()} gave null, up
     * to the end of the RDB.
     */
    public long position() {
        return position;
    }

    /** Version of the RDB; 0 before the first item. */
    public int version() {
        return version;
    }

    /** Whose numbers the RDB uses; null before the first item. */
    public RdbFlavor flavor() {
        return flavor;
    }

    /** Keys left out because their collection has no elements. */
    public long emptyKeys() {
        return emptyKeys;
    }

    private RdbItem read() throws IOException {
        while (true) {
            RdbItem item;
            switch (state) {
                case HEADER -> {
                    header();
                    in.commit();
                    state = State.OPCODE;
                    continue;
                }
                case OPCODE -> item = opcode();
                case VALUE -> item = value();
                case MODULE_AUX -> {
                    value.skip();
                    in.commit();
                    state = State.OPCODE;
                    item = moduleAux;
                }
                case CHECKSUM -> {
                    checksum();
                    in.commit();
                    state = State.END;
                    continue;
                }
                case END -> {
                    return null;
                }
                default -> throw new IllegalStateException("RDB reader in state " + state);
            }
            if (item != null) {
                return item;
            }
        }
    }

    private void header() throws IOException {
        in.skip(MAGIC_LENGTH);
        String magic = new String(in.item(), StandardCharsets.ISO_8859_1);
        RdbFlavor found;
        String digits;
        if (magic.startsWith("REDIS")) {
            found = RdbFlavor.REDIS;
            digits = magic.substring(5);
        } else if (magic.startsWith("VALKEY")) {
            found = RdbFlavor.VALKEY;
            digits = magic.substring(6);
        } else {
            throw badMagic(magic);
        }
        int number = 0;
        for (int i = 0; i < digits.length(); i++) {
            char digit = digits.charAt(i);
            if (digit < '0' || digit > '9') {
                throw badMagic(magic);
            }
            number = 10 * number + digit - '0';
        }
        if (number == 0) {
            throw badMagic(magic);
        }
        flavor = found;
        version = number;
    }

    private RdbFormatException badMagic(String magic) {
        return in.failAt(
                0,
                "magic "
                        + Texts.printable(magic.getBytes(StandardCharsets.ISO_8859_1), MAGIC_LENGTH)
                        + " (expected: REDIS and four digits or VALKEY and three)");
    }

    /** One opcode with what belongs to it, or a value's type and key. */
    private RdbItem opcode() throws IOException {
        long at = in.position();
        int opcode = in.readByte();
        ValueShape shape = ValueShape.of(flavor, opcode);
        if (shape != null) {
            byte[] name = in.readString();
            in.commit();
            type = opcode;
            key = name;
            value.begin(shape);
            state = State.VALUE;
            return null;
        }
        RdbItem item = null;
        switch (opcode) {
            case OPCODE_EXPIRE_MILLIS -> expireAtMillis = in.readLong();
            case OPCODE_EXPIRE_SECONDS -> expireAtMillis = in.readInt() * 1000L;
            case OPCODE_IDLE -> idleSeconds = in.readCount("idle time");
            case OPCODE_FREQUENCY -> frequency = in.readByte();
            case OPCODE_SELECT_DB -> db = dbNumber(at);
            case OPCODE_DB_SIZE ->
                    item =
                            new RdbItem.DbSize(
                                    db,
                                    in.readCount("number of keys"),
                                    in.readCount("number of expiring keys"));
            case OPCODE_AUX ->
                    item =
                            new RdbItem.Aux(
                                    new String(in.readString(), StandardCharsets.UTF_8),
                                    in.readString());
            case OPCODE_FUNCTION -> item = new RdbItem.Function(in.readString());
            case OPCODE_SLOT_INFO -> {
                in.readLength();
                in.readLength();
                in.readLength();
            }
            case OPCODE_META_OR_SLOT_IMPORT -> slotImport(at);
            case OPCODE_MODULE_AUX -> {
                moduleAux = moduleAux(at);
                value.beginModuleAux();
                state = State.MODULE_AUX;
            }
            case OPCODE_EOF -> state = State.CHECKSUM;
            default -> throw cannotCarry(opcode, at);
        }
        in.commit();
        return item;
    }

    private int dbNumber(long at) throws IOException {
        long number = in.readLength();
        if (number < 0 || number > Integer.MAX_VALUE) {
            throw in.failAt(
                    at,
                    "db "
                            + Long.toUnsignedString(number)
                            + " (expected: 0 to "
                            + Integer.MAX_VALUE
                            + ")");
        }
        return (int) number;
    }

    /** Slots that a Valkey 9 node is importing: name of the job, ranges. */
    private void slotImport(long at) throws IOException {
        if (flavor == RdbFlavor.REDIS) {
            throw in.failAt(
                    at, "module metadata of a key (opcode 243), which this version cannot carry");
        }
        in.skipString();
        long ranges = in.readCount("number of slot ranges");
        for (long i = 0; i < ranges; i++) {
            in.readLength();
            in.readLength();
        }
    }

    private RdbItem.ModuleAux moduleAux(long at) throws IOException {
        String name = moduleName(in.readLength());
        long whenOpcode = in.readLength();
        if (whenOpcode != 2) {
            throw in.failAt(
                    at,
                    "data of module "
                            + name
                            + " begins with module opcode "
                            + Long.toUnsignedString(whenOpcode)
                            + " (expected: 2)");
        }
        return new RdbItem.ModuleAux(name, in.readLength());
    }

    /** Nine letters of 6 bits each, then 10 bits of the encoding's version. */
    private static String moduleName(long id) {
        StringBuilder name = new StringBuilder(9);
        for (int shift = 58; shift >= 10; shift -= 6) {
            name.append(MODULE_NAME_LETTERS.charAt((int) (id >>> shift) & 0x3f));
        }
        return name.toString();
    }

    private RdbFormatException cannotCarry(int opcode, long at) throws IOException {
        if (opcode == OPCODE_FUNCTION_PRE_GA) {
            return in.failAt(
                    at,
                    "a function of a Redis 7.0 release candidate (opcode 246) cannot be carried");
        }
        if (opcode >= LEAST_OPCODE) {
            return in.failAt(at, "unknown opcode " + opcode);
        }
        try {
            key = in.readString();
        } catch (RdbFormatException e) {
            // The type is the message; its key is told where there is one.
            key = null;
        }
        if (opcode == ValueShape.MODULE_PRE_GA) {
            return in.failAt(
                    at,
                    "a module value of a Redis 4.0 release candidate (type 6) cannot be carried");
        }
        return in.failAt(
                at,
                "unknown value type "
                        + opcode
                        + " under the magic "
                        + flavor
                        + ", RDB version "
                        + version);
    }

    private RdbItem value() throws IOException {
        value.skip();
        RdbItem item = null;
        if (EmptyValues.isEmpty(type, value, in)) {
            emptyKeys++;
        } else {
            item =
                    new RdbItem.Key(
                            db,
                            new SnapshotEntry(
                                    key,
                                    type,
                                    in.item(),
                                    version,
                                    expireAtMillis,
                                    idleSeconds,
                                    frequency));
        }
        in.commit();
        key = null;
        expireAtMillis = SnapshotEntry.NONE;
        idleSeconds = SnapshotEntry.NONE;
        frequency = SnapshotEntry.NONE;
        state = State.OPCODE;
        return item;
    }

    private void checksum() throws IOException {
        if (version < FIRST_VERSION_WITH_CHECKSUM) {
            return;
        }
        long at = in.position();
        long computed = in.checksum();
        long stored = in.readLong();
        if (stored != 0 && stored != computed) {
            throw in.failAt(
                    at,
                    String.format(
                            "the bytes before it have the checksum %016x (expected, as stored: %016x)",
                            computed, stored));
        }
    }
}

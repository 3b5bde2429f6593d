package io.redissync.typeinfo;

import io.redissync.command.History;
import io.redissync.command.Phase;
import io.redissync.command.Position;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Positions as bytes: the one form for records, split state and keyed state.
 *
 * <p>history id (8 bytes), epoch (variable), length of the replid (1), replid (ASCII), phase (1: 0
 * snapshot, 1 stream), offset (8), db (variable, signed). It has no version of its own: those who
 * use it write theirs before it.
 */
public final class PositionCodec {

    private static final int SNAPSHOT = 0;
    private static final int STREAM = 1;

    private PositionCodec() {}

    /**
     * Writes a position.
     *
     * @throws IOException when the replid is no short ASCII text, or the output fails
     */
    public static void write(Position position, DataOutput out) throws IOException {
        out.writeLong(position.history().id());
        VarInts.write(out, position.history().epoch());
        ShortText.write(position.replid(), out);
        out.writeByte(position.phase() == Phase.SNAPSHOT ? SNAPSHOT : STREAM);
        out.writeLong(position.offset());
        VarInts.writeSigned(out, position.db());
    }

    /**
     * Reads a position.
     *
     * @throws IOException when the bytes are none, or the input fails
     */
    public static Position read(DataInput in) throws IOException {
        return new Reader().read(in);
    }

    /** Reads positions that mostly share history and replid, of which it then makes no copies. */
    static final class Reader {
        private final ShortText.Reader replids = new ShortText.Reader();
        private History history;

        Position read(DataInput in) throws IOException {
            long id = in.readLong();
            int epoch = VarInts.read(in);
            if (history == null || history.id() != id || history.epoch() != epoch) {
                if (epoch < 1) {
                    throw new IOException("history epoch: " + epoch + " (expected: >= 1)");
                }
                history = new History(id, epoch);
            }
            String replid = replids.read(in);
            byte phase = in.readByte();
            if (phase != SNAPSHOT && phase != STREAM) {
                throw new IOException("phase of a position: " + phase + " (expected: 0 or 1)");
            }
            long offset = in.readLong();
            int db = VarInts.readSigned(in);
            return new Position(
                    history, replid, phase == SNAPSHOT ? Phase.SNAPSHOT : Phase.STREAM, offset, db);
        }
    }
}

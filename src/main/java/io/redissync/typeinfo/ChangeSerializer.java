package io.redissync.typeinfo;

import io.redissync.command.Change;
import io.redissync.command.Command;
import io.redissync.command.DbCommand;
import io.redissync.command.History;
import io.redissync.command.Phase;
import io.redissync.command.Position;
import io.redissync.command.SnapshotEntry;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Changes as bytes, version 1 of the format.
 *
 * <p>kind (1 byte: 1 single, 2 transaction, 3 entry, 4 tick, 5 begin), shard (short text), lane
 * (variable), position ({@link PositionCodec}), then by kind
 *
 * <ul>
 *   <li>single: db, command
 *   <li>transaction: number of commands, then each as a single
 *   <li>entry: db, key, value (length and bytes each), RDB type (1 byte), RDB version, expiry (8
 *       bytes), idle seconds (8 bytes), frequency (signed)
 *   <li>tick, begin: nothing
 * </ul>
 *
 * A command is its number of arguments, the length of its RESP bytes, these bytes, and for each
 * argument the gap behind the one before and its length. Numbers are variable-length where no size
 * is named.
 *
 * <p>An instance keeps what the last record had (history, replid, shard) so that the next need not
 * copy it; so it belongs to one thread, as {@link #duplicate()} tells Flink.
 */
public final class ChangeSerializer extends TypeSerializer<Change> {

    private static final long serialVersionUID = 1L;

    private static final int SINGLE = 1;
    private static final int TRANSACTION = 2;
    private static final int ENTRY = 3;
    private static final int TICK = 4;
    private static final int BEGIN = 5;

    private static final Change EMPTY =
            new Change.Tick("", 0, new Position(new History(0, 1), "", Phase.SNAPSHOT, 0, 0));

    private transient Readers readers;

    private static final class Readers {
        final ShortText.Reader shards = new ShortText.Reader();
        final PositionCodec.Reader positions = new PositionCodec.Reader();
    }

    @Override
    public boolean isImmutableType() {
        return true;
    }

    @Override
    public TypeSerializer<Change> duplicate() {
        return new ChangeSerializer();
    }

    @Override
    public Change createInstance() {
        return EMPTY;
    }

    @Override
    public Change copy(Change from) {
        return from;
    }

    @Override
    public Change copy(Change from, Change reuse) {
        return from;
    }

    @Override
    public int getLength() {
        return -1;
    }

    @Override
    public void serialize(Change change, DataOutputView out) throws IOException {
        out.writeByte(kind(change));
        ShortText.write(change.shard(), out);
        VarInts.write(out, change.lane());
        PositionCodec.write(change.position(), out);
        if (change instanceof Change.Single single) {
            writeCommand(single.command(), out);
        } else if (change instanceof Change.Transaction transaction) {
            VarInts.write(out, transaction.commands().size());
            for (DbCommand command : transaction.commands()) {
                writeCommand(command, out);
            }
        } else if (change instanceof Change.Entry entry) {
            VarInts.write(out, entry.db());
            writeEntry(entry.entry(), out);
        }
    }

    private static int kind(Change change) {
        if (change instanceof Change.Single) {
            return SINGLE;
        }
        if (change instanceof Change.Transaction) {
            return TRANSACTION;
        }
        if (change instanceof Change.Entry) {
            return ENTRY;
        }
        return change instanceof Change.Begin ? BEGIN : TICK;
    }

    @Override
    public Change deserialize(DataInputView in) throws IOException {
        if (readers == null) {
            readers = new Readers();
        }
        int kind = in.readUnsignedByte();
        String shard = readers.shards.read(in);
        int lane = VarInts.read(in);
        Position position = readers.positions.read(in);
        return switch (kind) {
            case SINGLE -> new Change.Single(shard, lane, position, readCommand(in));
            case TRANSACTION -> new Change.Transaction(shard, lane, position, readCommands(in));
            case ENTRY -> {
                int db = VarInts.read(in);
                yield new Change.Entry(shard, lane, position, db, readEntry(in));
            }
            case TICK -> new Change.Tick(shard, lane, position);
            case BEGIN -> new Change.Begin(shard, lane, position);
            default -> throw new IOException("kind of a change: " + kind + " (expected: 1 to 5)");
        };
    }

    @Override
    public Change deserialize(Change reuse, DataInputView in) throws IOException {
        return deserialize(in);
    }

    @Override
    public void copy(DataInputView in, DataOutputView out) throws IOException {
        serialize(deserialize(in), out);
    }

    private static void writeCommand(DbCommand command, DataOutput out) throws IOException {
        VarInts.write(out, command.db());
        byte[] resp = command.command().resp();
        int[] places = command.command().places();
        VarInts.write(out, places.length / 2);
        VarInts.write(out, resp.length);
        out.write(resp);
        int end = 0;
        for (int i = 0; i < places.length; i += 2) {
            VarInts.write(out, places[i] - end);
            VarInts.write(out, places[i + 1]);
            end = places[i] + places[i + 1];
        }
    }

    private static DbCommand readCommand(DataInput in) throws IOException {
        int db = VarInts.read(in);
        int args = VarInts.read(in);
        byte[] resp = readBytes(in);
        // An argument has at least one byte of its own in the RESP form.
        if (args < 1 || args > resp.length) {
            throw new IOException(
                    "command of " + resp.length + " bytes with " + args + " arguments");
        }
        int[] places = new int[2 * args];
        int end = 0;
        for (int i = 0; i < places.length; i += 2) {
            places[i] = end + VarInts.read(in);
            places[i + 1] = VarInts.read(in);
            end = places[i] + places[i + 1];
            if (places[i] < 0 || end < 0 || end > resp.length) {
                throw new IOException(
                        "argument "
                                + i / 2
                                + " ends behind its command's "
                                + resp.length
                                + " bytes");
            }
        }
        return new DbCommand(db, new Command(resp, places));
    }

    private static List<DbCommand> readCommands(DataInput in) throws IOException {
        int size = VarInts.read(in);
        List<DbCommand> commands = new ArrayList<>(Math.min(size, 1024));
        for (int i = 0; i < size; i++) {
            commands.add(readCommand(in));
        }
        return commands;
    }

    private static void writeEntry(SnapshotEntry entry, DataOutput out) throws IOException {
        writeBytes(entry.key(), out);
        writeBytes(entry.value(), out);
        out.writeByte(entry.type());
        VarInts.write(out, entry.rdbVersion());
        out.writeLong(entry.expireAtMillis());
        out.writeLong(entry.idleSeconds());
        VarInts.writeSigned(out, entry.frequency());
    }

    private static SnapshotEntry readEntry(DataInput in) throws IOException {
        byte[] key = readBytes(in);
        byte[] value = readBytes(in);
        int type = in.readUnsignedByte();
        int rdbVersion = VarInts.read(in);
        long expireAtMillis = in.readLong();
        long idleSeconds = in.readLong();
        int frequency = VarInts.readSigned(in);
        return new SnapshotEntry(
                key, type, value, rdbVersion, expireAtMillis, idleSeconds, frequency);
    }

    private static void writeBytes(byte[] bytes, DataOutput out) throws IOException {
        VarInts.write(out, bytes.length);
        out.write(bytes);
    }

    private static byte[] readBytes(DataInput in) throws IOException {
        byte[] bytes = new byte[VarInts.read(in)];
        in.readFully(bytes);
        return bytes;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ChangeSerializer;
    }

    @Override
    public int hashCode() {
        return ChangeSerializer.class.hashCode();
    }

    @Override
    public TypeSerializerSnapshot<Change> snapshotConfiguration() {
        return new ChangeSerializerSnapshot();
    }
}

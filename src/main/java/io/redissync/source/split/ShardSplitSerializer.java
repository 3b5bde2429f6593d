package io.redissync.source.split;

import io.redissync.command.Position;
import io.redissync.typeinfo.PositionCodec;
import java.io.IOException;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/** Writes splits into checkpoints. */
public final class ShardSplitSerializer implements SimpleVersionedSerializer<ShardSplit> {

    private static final int VERSION_1 = 1;
    private static final int CURRENT_VERSION = VERSION_1;

    @Override
    public int getVersion() {
        return CURRENT_VERSION;
    }

    @Override
    public byte[] serialize(ShardSplit split) throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(128);
        out.writeUTF(split.shard());
        out.writeInt(split.lane());
        out.writeBoolean(split.position().isPresent());
        if (split.position().isPresent()) {
            PositionCodec.write(split.position().get(), out);
        }
        return out.getCopyOfBuffer();
    }

    @Override
    public ShardSplit deserialize(int version, byte[] serialized) throws IOException {
        if (version != VERSION_1) {
            throw new IOException(
                    "state of a split: version " + version + " (expected: " + VERSION_1 + ")");
        }
        DataInputDeserializer in = new DataInputDeserializer(serialized);
        String shard = in.readUTF();
        int lane = in.readInt();
        Position position = in.readBoolean() ? PositionCodec.read(in) : null;
        if (in.available() > 0) {
            throw new IOException(
                    "state of split " + shard + ": " + in.available() + " bytes too many");
        }
        return new ShardSplit(shard, lane, position);
    }
}

package io.redissync.source.enumerator;

import io.redissync.source.split.ShardSplit;
import io.redissync.source.split.ShardSplitSerializer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/** Writes the enumerator's state into checkpoints. */
public final class EnumeratorStateSerializer implements SimpleVersionedSerializer<EnumeratorState> {

    private static final int VERSION_1 = 1;
    private static final int CURRENT_VERSION = VERSION_1;

    private final ShardSplitSerializer splits = new ShardSplitSerializer();

    @Override
    public int getVersion() {
        return CURRENT_VERSION;
    }

    @Override
    public byte[] serialize(EnumeratorState state) throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(256);
        out.writeUTF(state.syncName());
        out.writeInt(state.known().size());
        for (String shard : state.known()) {
            out.writeUTF(shard);
        }
        out.writeInt(splits.getVersion());
        out.writeInt(state.unassigned().size());
        for (ShardSplit split : state.unassigned()) {
            byte[] bytes = splits.serialize(split);
            out.writeInt(bytes.length);
            out.write(bytes);
        }
        return out.getCopyOfBuffer();
    }

    @Override
    public EnumeratorState deserialize(int version, byte[] serialized) throws IOException {
        if (version != VERSION_1) {
            throw new IOException(
                    "state of the enumerator: version "
                            + version
                            + " (expected: "
                            + VERSION_1
                            + ")");
        }
        DataInputDeserializer in = new DataInputDeserializer(serialized);
        String syncName = in.readUTF();
        int knownCount = in.readInt();
        List<String> known = new ArrayList<>();
        for (int i = 0; i < knownCount; i++) {
            known.add(in.readUTF());
        }
        int splitVersion = in.readInt();
        int splitCount = in.readInt();
        List<ShardSplit> unassigned = new ArrayList<>();
        for (int i = 0; i < splitCount; i++) {
            byte[] bytes = new byte[in.readInt()];
            in.readFully(bytes);
            unassigned.add(splits.deserialize(splitVersion, bytes));
        }
        if (in.available() > 0) {
            throw new IOException("state of the enumerator: " + in.available() + " bytes too many");
        }
        return new EnumeratorState(syncName, known, unassigned);
    }
}

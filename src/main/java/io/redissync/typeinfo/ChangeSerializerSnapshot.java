package io.redissync.typeinfo;

import io.redissync.command.Change;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** What a checkpoint remembers of {@link ChangeSerializer}: the version of its format. */
public final class ChangeSerializerSnapshot implements TypeSerializerSnapshot<Change> {

    /** The format that {@link ChangeSerializer} describes. */
    private static final int VERSION_1 = 1;

    private int formatVersion = VERSION_1;

    /** For Flink, which makes one before it reads it. */
    public ChangeSerializerSnapshot() {}

    @Override
    public int getCurrentVersion() {
        return VERSION_1;
    }

    /** Nothing beside the version, which Flink writes. */
    @Override
    public void writeSnapshot(DataOutputView out) {}

    @Override
    public void readSnapshot(int readVersion, DataInputView in, ClassLoader classLoader)
            throws IOException {
        if (readVersion != VERSION_1) {
            throw new IOException(
                    "stored changes: format version "
                            + readVersion
                            + " (expected: "
                            + VERSION_1
                            + "); they come from another release");
        }
        formatVersion = readVersion;
    }

    @Override
    public TypeSerializer<Change> restoreSerializer() {
        return new ChangeSerializer();
    }

    @Override
    public TypeSerializerSchemaCompatibility<Change> resolveSchemaCompatibility(
            TypeSerializerSnapshot<Change> old) {
        return old instanceof ChangeSerializerSnapshot that && that.formatVersion == formatVersion
                ? TypeSerializerSchemaCompatibility.compatibleAsIs()
                : TypeSerializerSchemaCompatibility.incompatible();
    }
}

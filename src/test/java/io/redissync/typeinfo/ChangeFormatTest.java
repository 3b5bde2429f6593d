package io.redissync.typeinfo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.redissync.command.Change;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;

/** The bytes of each released version stay readable and, for the newest, the same. */
class ChangeFormatTest {

    @Test
    void writesAndReadsVersion1() throws IOException {
        List<String> fixture = fixture();
        Change[] changes = Changes.ofEveryKind();

        assertThat(fixture).hasSameSizeAs(changes);
        for (int i = 0; i < changes.length; i++) {
            assertThat(hex(changes[i])).as("change %d", i).isEqualTo(fixture.get(i));
            assertThat(read(HexFormat.of().parseHex(fixture.get(i)))).isEqualTo(changes[i]);
        }
    }

    @Test
    void keepsThePlacesOfArguments() throws IOException {
        Change.Single before = (Change.Single) Changes.ofEveryKind()[0];
        Change.Single after = (Change.Single) read(HexFormat.of().parseHex(hex(before)));

        assertThat(after.command().command().places())
                .containsExactly(before.command().command().places());
    }

    @Test
    void sharesWhatConsecutiveRecordsHaveInCommon() throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(64);
        ChangeSerializer serializer = new ChangeSerializer();
        Change tick = Changes.ofEveryKind()[6];
        serializer.serialize(tick, out);
        serializer.serialize(tick, out);
        DataInputDeserializer in = new DataInputDeserializer(out.getCopyOfBuffer());

        Change first = serializer.deserialize(in);
        Change second = serializer.deserialize(in);

        assertThat(second.shard()).isSameAs(first.shard());
        assertThat(second.position().replid()).isSameAs(first.position().replid());
        assertThat(second.position().history()).isSameAs(first.position().history());
    }

    @Test
    void refusesBytesThatAreCutOrNoChange() throws IOException {
        for (Change change : Changes.ofEveryKind()) {
            byte[] bytes = HexFormat.of().parseHex(hex(change));
            for (int length = 0; length < bytes.length; length++) {
                byte[] cut = java.util.Arrays.copyOf(bytes, length);
                assertThatThrownBy(() -> read(cut)).isInstanceOf(IOException.class);
            }
        }
        assertThatThrownBy(() -> read(new byte[] {4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("epoch");
        byte[] unknown = HexFormat.of().parseHex(hex(Changes.ofEveryKind()[6]));
        unknown[0] = 9;
        assertThatThrownBy(() -> read(unknown)).hasMessageContaining("kind of a change: 9");
    }

    @Test
    void snapshotOfTheSerializerIsReadBackAndRefusesOtherVersions() throws IOException {
        ChangeSerializer serializer = new ChangeSerializer();
        DataOutputSerializer out = new DataOutputSerializer(64);
        TypeSerializerSnapshot.writeVersionedSnapshot(out, serializer.snapshotConfiguration());

        TypeSerializerSnapshot<Change> read =
                TypeSerializerSnapshot.readVersionedSnapshot(
                        new DataInputDeserializer(out.getCopyOfBuffer()),
                        getClass().getClassLoader());

        assertThat(read.restoreSerializer()).isEqualTo(serializer);
        assertThat(
                        serializer
                                .snapshotConfiguration()
                                .resolveSchemaCompatibility(read)
                                .isCompatibleAsIs())
                .isTrue();
        assertThatThrownBy(
                        () ->
                                new ChangeSerializerSnapshot()
                                        .readSnapshot(
                                                2,
                                                new DataInputDeserializer(new byte[0]),
                                                getClass().getClassLoader()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("format version 2 (expected: 1)");
    }

    @Test
    void typeInfoMakesTheSerializerForBothLinesOfFlink() {
        ChangeTypeInfo info = ChangeTypeInfo.INSTANCE;

        assertThat(info.createSerializer(new SerializerConfigImpl()))
                .isEqualTo(new ChangeSerializer());
        assertThat(info.createSerializer(new ExecutionConfig())).isEqualTo(new ChangeSerializer());
        assertThat(info.getTypeClass()).isEqualTo(Change.class);
    }

    private static List<String> fixture() throws IOException {
        try (InputStream in = ChangeFormatTest.class.getResourceAsStream("change-format-v1.hex")) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toList();
        }
    }

    private static String hex(Change change) throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(64);
        new ChangeSerializer().serialize(change, out);
        return HexFormat.of().formatHex(out.getCopyOfBuffer());
    }

    private static Change read(byte[] bytes) throws IOException {
        DataInputDeserializer in = new DataInputDeserializer(bytes);
        Change change = new ChangeSerializer().deserialize(in);
        assertThat(in.available()).isZero();
        return change;
    }
}

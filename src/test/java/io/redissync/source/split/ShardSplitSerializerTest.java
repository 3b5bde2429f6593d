package io.redissync.source.split;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.redissync.command.History;
import io.redissync.command.Phase;
import io.redissync.command.Position;
import io.redissync.testing.HexFixture;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The bytes of each released version stay readable and, for the newest, the same. */
class ShardSplitSerializerTest {

    private static final String REPLID = "0123456789abcdef0123456789abcdef01234567";
    private static final History HISTORY = new History(0xfedcba9876543210L, 3);

    /** As they stand in the fixture. */
    private static final List<ShardSplit> SPLITS =
            List.of(
                    new ShardSplit("0", 0, null),
                    new ShardSplit(
                            "users", 43, new Position(HISTORY, REPLID, Phase.SNAPSHOT, 0, 0)),
                    new ShardSplit(
                            "größe",
                            127,
                            new Position(HISTORY, REPLID, Phase.STREAM, Long.MAX_VALUE, 15)));

    private final ShardSplitSerializer serializer = new ShardSplitSerializer();

    @Test
    void writesAndReadsVersion1() throws IOException {
        List<String> fixture = HexFixture.lines(getClass(), "shard-split-v1.hex");

        assertThat(fixture).hasSameSizeAs(SPLITS);
        for (int i = 0; i < SPLITS.size(); i++) {
            assertThat(HexFormat.of().formatHex(serializer.serialize(SPLITS.get(i))))
                    .isEqualTo(fixture.get(i));
            assertThat(serializer.deserialize(1, HexFormat.of().parseHex(fixture.get(i))))
                    .isEqualTo(SPLITS.get(i));
        }
        assertThat(serializer.getVersion()).isEqualTo(1);
    }

    @Test
    void refusesAnotherVersion() throws IOException {
        byte[] bytes = serializer.serialize(SPLITS.get(0));

        assertThatThrownBy(() -> serializer.deserialize(2, bytes))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("version 2 (expected: 1)");
    }

    @Test
    void refusesBytesThatAreTooManyOrTooFew() throws IOException {
        for (ShardSplit split : SPLITS) {
            byte[] bytes = serializer.serialize(split);
            byte[] longer = Arrays.copyOf(bytes, bytes.length + 2);
            assertThatThrownBy(() -> serializer.deserialize(1, longer))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(split.shard())
                    .hasMessageContaining("2 bytes too many");
            for (int length = 0; length < bytes.length; length++) {
                byte[] shorter = Arrays.copyOf(bytes, length);
                assertThatThrownBy(() -> serializer.deserialize(1, shorter))
                        .isInstanceOf(IOException.class);
            }
        }
    }
}

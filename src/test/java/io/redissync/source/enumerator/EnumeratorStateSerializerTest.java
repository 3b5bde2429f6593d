package io.redissync.source.enumerator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.redissync.command.History;
import io.redissync.command.Phase;
import io.redissync.command.Position;
import io.redissync.source.split.ShardSplit;
import io.redissync.testing.HexFixture;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The bytes of each released version stay readable and, for the newest, the same. */
class EnumeratorStateSerializerTest {

    private static final String REPLID = "0123456789abcdef0123456789abcdef01234567";

    /** As they stand in the fixture. */
    private static final List<EnumeratorState> STATES =
            List.of(
                    new EnumeratorState("default", List.of(), List.of()),
                    new EnumeratorState(
                            "eu-1",
                            List.of("0", "users"),
                            List.of(
                                    new ShardSplit("0", 0, null),
                                    new ShardSplit(
                                            "users",
                                            64,
                                            new Position(
                                                    new History(-1, 2),
                                                    REPLID,
                                                    Phase.STREAM,
                                                    4_294_967_296L,
                                                    9)))));

    private final EnumeratorStateSerializer serializer = new EnumeratorStateSerializer();

    @Test
    void writesAndReadsVersion1() throws IOException {
        List<String> fixture = HexFixture.lines(getClass(), "enumerator-state-v1.hex");

        assertThat(fixture).hasSameSizeAs(STATES);
        for (int i = 0; i < STATES.size(); i++) {
            assertThat(HexFormat.of().formatHex(serializer.serialize(STATES.get(i))))
                    .isEqualTo(fixture.get(i));
            assertThat(serializer.deserialize(1, HexFormat.of().parseHex(fixture.get(i))))
                    .isEqualTo(STATES.get(i));
        }
        assertThat(serializer.getVersion()).isEqualTo(1);
    }

    @Test
    void refusesAnotherVersionOfItselfOrOfItsSplits() throws IOException {
        byte[] bytes = serializer.serialize(STATES.get(1));

        assertThatThrownBy(() -> serializer.deserialize(2, bytes))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("version 2 (expected: 1)");
        // Name (2 + 4), two shards (4, 2 + 1, 2 + 5), then the splits' version.
        byte[] otherSplits = bytes.clone();
        otherSplits[6 + 4 + 3 + 7 + 3] = 9;
        assertThatThrownBy(() -> serializer.deserialize(1, otherSplits))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("split: version 9 (expected: 1)");
    }

    @Test
    void refusesBytesThatAreTooManyOrTooFew() throws IOException {
        for (EnumeratorState state : STATES) {
            byte[] bytes = serializer.serialize(state);
            byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
            assertThatThrownBy(() -> serializer.deserialize(1, longer))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("1 bytes too many");
            for (int length = 0; length < bytes.length; length++) {
                byte[] shorter = Arrays.copyOf(bytes, length);
                assertThatThrownBy(() -> serializer.deserialize(1, shorter))
                        .isInstanceOf(IOException.class);
            }
        }
    }
}

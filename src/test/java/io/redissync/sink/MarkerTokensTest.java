package io.redissync.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.redissync.command.History;
import io.redissync.command.Marker;
import io.redissync.command.Phase;
import io.redissync.command.Position;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Markers and their tokens. */
class MarkerTokensTest {

    @Test
    void noTokenComesTwice() {
        Set<String> seen = new HashSet<>();
        for (int writer = 0; writer < 100; writer++) {
            MarkerTokens tokens = new MarkerTokens();
            for (int i = 0; i < 1000; i++) {
                assertThat(seen.add(tokens.next())).isTrue();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Phase.class)
    void aMarkerSurvivesItsText(Phase phase) {
        for (boolean exclusive : new boolean[] {true, false}) {
            Marker marker =
                    new Marker(
                            "token",
                            new Position(
                                    new History(-1, Integer.MAX_VALUE),
                                    "f".repeat(40),
                                    phase,
                                    Long.MAX_VALUE,
                                    15),
                            12,
                            "shard",
                            32768,
                            exclusive,
                            "job-1");
            assertThat(Marker.decode("token", marker.encode())).isEqualTo(marker);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "!",
                "v=2 history=1",
                "v=1 history=zz epoch=1",
                "v=1 history=1 epoch=1 phase=none offset=0 replid=x db=0"
            })
    void whatIsNoMarkerIsRefusedWithItsText(String value) {
        assertThatThrownBy(() -> Marker.decode("token", value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("marker value cannot be read: " + value);
    }
}

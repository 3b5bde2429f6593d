package io.redissync.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NumbersTest {

    @ParameterizedTest
    @ValueSource(
            longs = {
                0,
                1,
                -1,
                42,
                Long.MAX_VALUE,
                Long.MIN_VALUE,
                Long.MAX_VALUE - 1,
                999999999999999999L
            })
    void readsEvery64BitNumber(long number) {
        assertThat(Numbers.parseLong(Command.ofText("N", Long.toString(number)), 1))
                .isEqualTo(number);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-",
                "+1",
                "1 ",
                "1a",
                "9223372036854775808",
                "-9223372036854775809",
                "9999999999999999999",
                "18446744073709551617",
                "99999999999999999999"
            })
    void refusesWhatIsNone(String text) {
        assertThatThrownBy(() -> Numbers.parseLong(Command.ofText("N", text), 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void saturates() {
        assertThat(Numbers.addSaturated(Long.MAX_VALUE, 1)).isEqualTo(Long.MAX_VALUE);
        assertThat(Numbers.addSaturated(Long.MIN_VALUE, -1)).isEqualTo(Long.MIN_VALUE);
        assertThat(Numbers.addSaturated(-5, 7)).isEqualTo(2);
        assertThat(Numbers.secondsToMillis(Long.MAX_VALUE / 10)).isEqualTo(Long.MAX_VALUE);
    }
}

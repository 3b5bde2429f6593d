package io.redissync.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeySlotTest {

    /** As CLUSTER KEYSLOT answers. */
    @ParameterizedTest
    @CsvSource({
        "123456789, 12739",
        "foo, 12182",
        "bar, 5061",
        "somekey, 11058",
        "foo{hash_tag}, 2515",
        "'', 0"
    })
    void isTheServersSlot(String key, int slot) {
        assertThat(KeySlot.of(bytes(key))).isEqualTo(slot);
    }

    @Test
    void takesTheFirstTagUnlessItIsEmpty() {
        assertThat(KeySlot.of(bytes("a{foo}b{bar}"))).isEqualTo(KeySlot.of(bytes("foo")));
        assertThat(KeySlot.of(bytes("x{{foo}}"))).isEqualTo(KeySlot.of(bytes("{foo")));
        assertThat(KeySlot.of(bytes("{}foo"))).isNotEqualTo(KeySlot.of(bytes("foo")));
        assertThat(KeySlot.of(bytes("a{foo"))).isNotEqualTo(KeySlot.of(bytes("foo")));
    }

    @Test
    void readsAnArgumentInItsPlace() {
        Command command = Command.ofText("SET", "a{foo}", "v");

        assertThat(KeySlot.of(command, 1)).isEqualTo(12182);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

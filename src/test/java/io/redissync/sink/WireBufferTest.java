package io.redissync.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.redissync.command.Command;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class WireBufferTest {

    private final WireBuffer wire = new WireBuffer();

    private String text() {
        return new String(wire.bytes(), 0, wire.length(), StandardCharsets.UTF_8);
    }

    @Test
    void writesCommandsAsRespArrays() {
        wire.command("SET", "ключ", "");
        wire.append(Command.ofText("GET", "k"));
        assertThat(text())
                .isEqualTo(
                        "*3\r\n$3\r\nSET\r\n$8\r\nключ\r\n$0\r\n\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\n");
    }

    @Test
    void leavesRoomForAnArgumentOfTheCallers() {
        wire.begin(2);
        wire.argument("ECHO");
        int start = wire.beginArgument(3);
        wire.bytes()[start] = 'a';
        wire.bytes()[start + 1] = 'b';
        wire.bytes()[start + 2] = 'c';
        wire.endArgument();
        assertThat(text()).isEqualTo("*2\r\n$4\r\nECHO\r\n$3\r\nabc\r\n");
    }

    @Test
    void growsAtEverySize() {
        for (int size : new int[] {0, 9, 10, 99, 100, 65_500, 65_536, 200_000, 5 << 20}) {
            wire.clear();
            byte[] value = new byte[size];
            Arrays.fill(value, (byte) 'x');
            // Several, so that the buffer's end falls on every part of a command.
            for (int i = 0; i < 20; i++) {
                wire.begin(2);
                wire.argument("ECHO");
                wire.argument(value);
            }
            String one = "*2\r\n$4\r\nECHO\r\n$" + size + "\r\n" + "x".repeat(size) + "\r\n";
            assertThat(text().equals(one.repeat(20))).as("size %d", size).isTrue();
        }
    }

    @Test
    void doesNotKeepWhatOneHugeBatchNeeded() {
        wire.argument(new byte[10 << 20]);
        wire.clear();
        assertThat(wire.bytes().length).isLessThan(1 << 20);
        assertThat(wire.length()).isZero();
    }
}

package io.redissync.typeinfo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.redissync.command.Change;
import io.redissync.command.History;
import io.redissync.command.Phase;
import io.redissync.command.Position;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class PositionCodecTest {

    @Test
    void roundTrip() throws IOException {
        for (Change change : Changes.ofEveryKind()) {
            Position position = change.position();
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            PositionCodec.write(position, new DataOutputStream(out));
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(out.toByteArray()));

            assertThat(PositionCodec.read(in)).isEqualTo(position);
            assertThat(in.available()).isZero();
        }
    }

    @Test
    void refusesAReplidThatIsNone() {
        DataOutputStream out = new DataOutputStream(new ByteArrayOutputStream());
        History history = new History(1, 1);

        assertThatThrownBy(
                        () ->
                                PositionCodec.write(
                                        new Position(history, "ü", Phase.STREAM, 0, 0), out))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("ASCII");
        assertThatThrownBy(
                        () ->
                                PositionCodec.write(
                                        new Position(history, "x".repeat(256), Phase.STREAM, 0, 0),
                                        out))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("255");
    }
}

package io.redissync.protocol.resp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.redissync.command.Command;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RespCommandDecoderTest {

    /** What must be at which boundary: a command and the bytes consumed behind it. */
    private record Expected(Command command, long consumed) {}

    private static byte[] latin1(String text) {
        return text.getBytes(ISO_8859_1);
    }

    private static Command randomCommand(Random random) {
        byte[][] args = new byte[1 + random.nextInt(6)][];
        for (int i = 0; i < args.length; i++) {
            args[i] = new byte[random.nextInt(4) == 0 ? 0 : random.nextInt(40)];
            random.nextBytes(args[i]);
            // Bytes of the protocol itself inside the arguments.
            for (int at = 0; at < args[i].length; at += 3) {
                args[i][at] = (byte) "\r\n*$".charAt(random.nextInt(4));
            }
        }
        return Command.of(args);
    }

    private static byte[] stream(Random random, int commands, List<Expected> expected) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < commands; i++) {
            switch (random.nextInt(6)) {
                case 0 -> out.writeBytes(latin1("\n\r\n"));
                case 1 -> out.writeBytes(latin1("*0\r\n"));
                case 2 -> {
                    out.writeBytes(latin1("PING  a\r\n"));
                    expected.add(new Expected(Command.ofText("PING", "a"), out.size()));
                }
                default -> {}
            }
            Command command = randomCommand(random);
            out.writeBytes(command.resp());
            expected.add(new Expected(command, out.size()));
        }
        return out.toByteArray();
    }

    private static void drain(RespCommandDecoder decoder, List<Expected> into)
            throws RespFormatException {
        Command command;
        while ((command = decoder.next()) != null) {
            into.add(new Expected(command, decoder.consumed()));
        }
    }

    private static void check(List<Expected> found, List<Expected> expected) {
        assertThat(found).isEqualTo(expected);
        for (int i = 0; i < found.size(); i++) {
            assertThat(found.get(i).command().places())
                    .isEqualTo(expected.get(i).command().places());
        }
    }

    @Test
    void everySplitGivesTheSameCommands() throws Exception {
        for (int seed = 0; seed < 40; seed++) {
            List<Expected> expected = new ArrayList<>();
            byte[] bytes = stream(new Random(seed), 6, expected);
            for (int split = 0; split <= bytes.length; split++) {
                RespCommandDecoder decoder = new RespCommandDecoder();
                List<Expected> found = new ArrayList<>();
                decoder.append(bytes, 0, split);
                drain(decoder, found);
                decoder.append(bytes, split, bytes.length - split);
                drain(decoder, found);
                check(found, expected);
                assertThat(decoder.consumed()).isEqualTo(bytes.length);
            }
        }
    }

    @Test
    void byteByByteGivesTheSameCommands() throws Exception {
        List<Expected> expected = new ArrayList<>();
        byte[] bytes = stream(new Random(99), 3_000, expected);
        RespCommandDecoder decoder = new RespCommandDecoder();
        List<Expected> found = new ArrayList<>();
        for (int i = 0; i < bytes.length; i++) {
            decoder.append(bytes, i, 1);
            drain(decoder, found);
        }
        check(found, expected);
    }

    @Test
    void largeReadsAndLargeArgumentsPassThroughTheBuffer() throws Exception {
        Random random = new Random(5);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        List<Expected> expected = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            byte[] value = new byte[i % 20 == 7 ? 6_000_000 : random.nextInt(3_000)];
            random.nextBytes(value);
            Command command = Command.of(latin1("SET"), latin1("k" + i), value);
            out.writeBytes(command.resp());
            expected.add(new Expected(command, out.size()));
        }
        byte[] bytes = out.toByteArray();
        RespCommandDecoder decoder = new RespCommandDecoder();
        List<Expected> found = new ArrayList<>();
        for (int at = 0; at < bytes.length; ) {
            int n = Math.min(bytes.length - at, 1 + random.nextInt(100_000));
            decoder.append(bytes, at, n);
            drain(decoder, found);
            at += n;
        }
        check(found, expected);
    }

    @Test
    void manyArgumentsGrowThePlaces() throws Exception {
        byte[][] args = new byte[5_001][];
        for (int i = 0; i < args.length; i++) {
            args[i] = latin1("a" + i);
        }
        Command command = Command.of(args);
        RespCommandDecoder decoder = new RespCommandDecoder();
        decoder.append(command.resp(), 0, command.length());
        Command found = decoder.next();
        assertThat(found).isEqualTo(command);
        assertThat(found.places()).isEqualTo(command.places());
    }

    @Test
    void claimedLengthsAllocateNothing() throws Exception {
        RespCommandDecoder decoder = new RespCommandDecoder();
        byte[] claim = latin1("*1000000000\r\n$2147483583\r\nab");
        for (int i = 0; i < 1_000; i++) {
            RespCommandDecoder one = new RespCommandDecoder();
            one.append(claim, 0, claim.length);
            assertThat(one.next()).isNull();
        }
        decoder.append(claim, 0, claim.length);
        assertThat(decoder.next()).isNull();
        assertThat(decoder.consumed()).isZero();
    }

    @Test
    void commandsOwnTheirBytes() throws Exception {
        RespCommandDecoder decoder = new RespCommandDecoder();
        Command first = Command.ofText("SET", "a", "1");
        Command second = Command.ofText("SET", "b", "2");
        decoder.append(first.resp(), 0, first.length());
        Command found = decoder.next();
        decoder.append(second.resp(), 0, second.length());
        assertThat(decoder.next()).isEqualTo(second);
        assertThat(found).isEqualTo(first);
        assertThat(found.resp()).hasSize(first.length());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "$3\\r\\nabc\\r\\n | 4 | '*' or the name",
                "+OK\\r\\n | 4 | '*' or the name",
                "*x\\r\\n | 4 | decimal digits",
                "*\\r\\n | 4 | decimal digits",
                "*-1\\r\\n | 4 | decimal digits",
                "*1\\n$1\\r\\n | 4 | decimal digits",
                "*1\\rx | 4 | \\n behind",
                "*111111111111\\r\\n | 4 | at most 10 digits",
                "*2000000000\\r\\n | 4 | at most 1073741823",
                "*1\\r\\n:1\\r\\n | 8 | '$'",
                "*1\\r\\n$-1\\r\\n | 8 | decimal digits",
                "*1\\r\\n$2147483584\\r\\n | 8 | at most 2147483583",
                "*1\\r\\n$2\\r\\nabc\\r\\n | 14 | CRLF behind an argument of 2 bytes",
                "\\rx | 5 | \\n behind"
            })
    void malformedBytesAreNamed(String text, long offset, String expected) {
        byte[] bytes = latin1(text.replace("\\r", "\r").replace("\\n", "\n"));
        // Some good bytes first: the offset counts from the beginning.
        for (boolean byteByByte : new boolean[] {false, true}) {
            RespCommandDecoder decoder = new RespCommandDecoder();
            decoder.append(latin1("*0\r\n"), 0, 4);
            assertThatThrownBy(
                            () -> {
                                for (int i = 0; i < bytes.length; i++) {
                                    decoder.append(bytes, i, 1);
                                    if (byteByByte) {
                                        decoder.next();
                                    }
                                }
                                decoder.next();
                            })
                    .isInstanceOf(RespFormatException.class)
                    .hasMessageContaining("byte " + offset + ":")
                    .hasMessageContaining(expected);
            assertThatThrownBy(decoder::next).isInstanceOf(RespFormatException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {65_537, 200_000})
    void endlessInlineCommandIsRefused(int length) {
        RespCommandDecoder decoder = new RespCommandDecoder();
        byte[] bytes = latin1("a".repeat(length));
        decoder.append(bytes, 0, bytes.length);
        assertThatThrownBy(decoder::next)
                .isInstanceOf(RespFormatException.class)
                .hasMessageContaining("inline");
    }
}

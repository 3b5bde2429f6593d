package io.redissync.protocol.psync;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotTransferTest {

    private static final String MARK = "3f9c01d27ab84e6655d0c9a1f8e2b7734c60ad15";
    private static final String STREAM = "*1\r\n$4\r\nPING\r\n";

    private final ByteArrayOutputStream snapshot = new ByteArrayOutputStream();
    private final ByteArrayOutputStream rest = new ByteArrayOutputStream();

    private SnapshotTransfer feed(byte[] bytes, int... cuts) throws Exception {
        snapshot.reset();
        rest.reset();
        SnapshotTransfer transfer = new SnapshotTransfer();
        int from = 0;
        for (int i = 0; i <= cuts.length; i++) {
            int to = i < cuts.length ? cuts[i] : bytes.length;
            ByteBuf in = Unpooled.buffer(Math.max(1, to - from)).writeBytes(bytes, from, to - from);
            boolean complete =
                    transfer.feed(
                            in,
                            piece -> {
                                byte[] copy = new byte[piece.readableBytes()];
                                piece.readBytes(copy);
                                piece.release();
                                snapshot.writeBytes(copy);
                            });
            assertThat(complete).isEqualTo(transfer.complete());
            assertThat(complete || !in.isReadable()).isTrue();
            byte[] left = new byte[in.readableBytes()];
            in.readBytes(left);
            rest.writeBytes(left);
            assertThat(in.refCnt()).as("references to the input").isEqualTo(1);
            in.release();
            from = to;
        }
        return transfer;
    }

    private void check(SnapshotTransfer transfer, String rdb) {
        assertThat(transfer.complete()).isTrue();
        assertThat(snapshot.toString(ISO_8859_1)).isEqualTo(rdb);
        assertThat(rest.toString(ISO_8859_1)).isEqualTo(STREAM);
        assertThat(transfer.length()).hasValue(rdb.length());
        assertThat(transfer.received()).isEqualTo(rdb.length());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "R",
                "REDIS0009 some keys and values, longer than the mark itself is \n\r\n",
                // Beginnings of the mark, and nearly all of it.
                "3f9c01d27a3f9c01d27ab84e6655d0c9a1f8e2b7734c60ad1",
                "3f9c01d27ab84e6655d0c9a1f8e2b7734c60ad1",
                "x3f9c01d27ab84e6655d0c9a1f8e2b7734c60ad1x3f9c01d27ab84e6655d0c9a1f8e2b773"
            })
    void disklessTransferEndsAtItsMarkWhereverItIsCut(String rdb) throws Exception {
        byte[] bytes = ("\n\n$EOF:" + MARK + "\r\n" + rdb + MARK + STREAM).getBytes(ISO_8859_1);
        for (int first = 0; first <= bytes.length; first++) {
            check(feed(bytes, first), rdb);
            for (int second = first; second <= bytes.length; second += 3) {
                check(feed(bytes, first, second), rdb);
            }
        }
        int[] everywhere = new int[bytes.length];
        for (int i = 0; i < everywhere.length; i++) {
            everywhere[i] = i;
        }
        SnapshotTransfer transfer = feed(bytes, everywhere);
        check(transfer, rdb);
        assertThat(transfer.diskless()).isTrue();
    }

    @Test
    void transferOfKnownLengthEndsThereWhereverItIsCut() throws Exception {
        String rdb = "REDIS0009 \n $EOF: and so on";
        byte[] bytes = ("\n$" + rdb.length() + "\r\n" + rdb + STREAM).getBytes(ISO_8859_1);
        for (int cut = 0; cut <= bytes.length; cut++) {
            SnapshotTransfer transfer = feed(bytes, cut);
            check(transfer, rdb);
            assertThat(transfer.diskless()).isFalse();
        }
    }

    @Test
    void lengthIsKnownWithTheHeader() throws Exception {
        SnapshotTransfer transfer = feed("$10\r\nREDIS".getBytes(ISO_8859_1));
        assertThat(transfer.length()).hasValue(10);
        assertThat(transfer.received()).isEqualTo(5);
        assertThat(transfer.complete()).isFalse();
        assertThat(feed(("$EOF:" + MARK + "\r\nREDIS").getBytes(ISO_8859_1)).length()).isEmpty();
    }

    @Test
    void randomDataInRandomReads() throws Exception {
        Random random = new Random(8);
        for (int round = 0; round < 200; round++) {
            StringBuilder rdb = new StringBuilder();
            int length = random.nextInt(3_000);
            while (rdb.length() < length) {
                // Much of it looks like the mark.
                int from = random.nextInt(MARK.length());
                rdb.append(MARK, from, from + random.nextInt(MARK.length() - from));
                rdb.append((char) random.nextInt(256));
            }
            byte[] bytes = ("$EOF:" + MARK + "\r\n" + rdb + MARK + STREAM).getBytes(ISO_8859_1);
            int[] cuts = random.ints(random.nextInt(30), 0, bytes.length).sorted().toArray();
            check(feed(bytes, cuts), rdb.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-ERR BGSAVE failed, replication can't continue\r\n",
                "+OK\r\n",
                "$-1\r\n",
                "$abc\r\n",
                "$EOF:tooshort\r\n"
            })
    void anythingElseIsNamed(String text) {
        assertThatThrownBy(() -> feed(text.getBytes(ISO_8859_1)))
                .isInstanceOf(SnapshotTransfer.BrokenTransferException.class)
                .hasMessageContaining(text.strip());
    }

    @Test
    void endlessHeaderIsRefused() {
        assertThatThrownBy(() -> feed("x".repeat(1_000).getBytes(ISO_8859_1)))
                .isInstanceOf(SnapshotTransfer.BrokenTransferException.class);
    }
}

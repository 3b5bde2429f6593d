package io.redissync.protocol.rdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.redissync.command.SnapshotEntry;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class RestorePayloadTest {

    /** DUMP of a string "10" as the documentation of DUMP and RESTORE shows it (RDB version 10). */
    private static final String DUMP_OF_10 = "00c00a0a006e9f57450eae63bb";

    private static final SnapshotEntry STRING_10 =
            new SnapshotEntry(
                    new byte[] {'k'},
                    0,
                    new byte[] {(byte) 0xc0, 10},
                    10,
                    SnapshotEntry.NONE,
                    SnapshotEntry.NONE,
                    SnapshotEntry.NONE);

    @Test
    void isWhatDumpGives() {
        assertThat(HexFormat.of().formatHex(RestorePayload.of(STRING_10))).isEqualTo(DUMP_OF_10);
        assertThat(RestorePayload.lengthOf(STRING_10)).isEqualTo(13);
    }

    @Test
    void writesIntoABufferOfTheCallerAndNothingAroundIt() {
        byte[] dst = new byte[20];
        Arrays.fill(dst, (byte) 0x77);

        assertThat(RestorePayload.write(STRING_10, dst, 3)).isEqualTo(13);
        assertThat(HexFormat.of().formatHex(dst)).isEqualTo("777777" + DUMP_OF_10 + "77777777");
    }
}

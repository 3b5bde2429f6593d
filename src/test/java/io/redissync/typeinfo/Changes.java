package io.redissync.typeinfo;

import io.redissync.command.Change;
import io.redissync.command.Command;
import io.redissync.command.DbCommand;
import io.redissync.command.History;
import io.redissync.command.Phase;
import io.redissync.command.Position;
import io.redissync.command.SnapshotEntry;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** One change of every kind, with extreme values; the bytes of version 1 are kept as a fixture. */
final class Changes {

    private static final String REPLID = "0123456789abcdef0123456789abcdef01234567";
    private static final History HISTORY = new History(0xfedcba9876543210L, 1);

    private Changes() {}

    static Change[] ofEveryKind() {
        Position snapshot = new Position(HISTORY, REPLID, Phase.SNAPSHOT, 300, 0);
        Position stream = new Position(HISTORY, REPLID, Phase.STREAM, Long.MAX_VALUE, 15);
        Position other = new Position(new History(7, 1000), "", Phase.STREAM, 0, -1);
        SnapshotEntry entry =
                new SnapshotEntry(
                        new byte[] {0, (byte) 0xff, '\n'},
                        19,
                        "value".getBytes(StandardCharsets.UTF_8),
                        13,
                        1_700_000_000_000L,
                        5,
                        255);
        SnapshotEntry plain =
                new SnapshotEntry(
                        new byte[0],
                        0,
                        new byte[0],
                        9,
                        SnapshotEntry.NONE,
                        SnapshotEntry.NONE,
                        SnapshotEntry.NONE);
        return new Change[] {
            new Change.Single("0", 0, stream, new DbCommand(3, Command.ofText("SET", "k", "v"))),
            new Change.Single(
                    "shard-b", 32767, other, new DbCommand(0, Command.ofText("DEL", "", "ü"))),
            new Change.Transaction(
                    "0",
                    127,
                    stream,
                    List.of(
                            new DbCommand(0, Command.ofText("INCR", "n")),
                            new DbCommand(9, Command.ofText("RPUSH", "l", "x".repeat(200))))),
            new Change.Transaction("0", 1, stream, List.of()),
            new Change.Entry("0", 5, snapshot, 2, entry),
            new Change.Entry("0", 5, snapshot, 1000, plain),
            new Change.Tick("0", 128, snapshot),
            new Change.Begin("0", 128, snapshot)
        };
    }
}

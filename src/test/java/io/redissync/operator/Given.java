package io.redissync.operator;

import io.redissync.command.Change;
import io.redissync.command.Command;
import io.redissync.command.DbCommand;
import io.redissync.command.History;
import io.redissync.command.Phase;
import io.redissync.command.Position;
import io.redissync.command.SnapshotEntry;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Changes for the tests of this package, written as text: {@code "3: SET k v"} is in db 3. */
final class Given {

    static final History HISTORY = new History(42, 1);

    private Given() {}

    static Position at(long offset) {
        return new Position(HISTORY, "r".repeat(40), Phase.STREAM, offset, 0);
    }

    static Change single(String line) {
        return single("0", 5, 100, line);
    }

    static Change single(String shard, int lane, long offset, String line) {
        return new Change.Single(shard, lane, at(offset), command(line));
    }

    static Change transaction(String... lines) {
        return new Change.Transaction(
                "0", 5, at(100), Arrays.stream(lines).map(Given::command).toList());
    }

    static Change tick(String shard, int lane, long offset) {
        return new Change.Tick(shard, lane, at(offset));
    }

    static Change.Entry entry(int db, String key, int type) {
        SnapshotEntry entry =
                new SnapshotEntry(
                        key.getBytes(StandardCharsets.UTF_8), type, new byte[] {1}, 11, -1, -1, -1);
        return new Change.Entry("0", 5, at(100), db, entry);
    }

    static DbCommand command(String line) {
        int colon = line.indexOf(": ");
        int db = colon < 0 ? 0 : Integer.parseInt(line.substring(0, colon));
        return new DbCommand(
                db, Command.ofText(line.substring(colon < 0 ? 0 : colon + 2).split(" ")));
    }

    /** The commands of a change as the same text, always with the db. */
    static List<String> lines(Change change) {
        if (change == null) {
            return List.of();
        }
        List<DbCommand> commands =
                change instanceof Change.Single single
                        ? List.of(single.command())
                        : ((Change.Transaction) change).commands();
        return commands.stream().map(Given::line).toList();
    }

    private static String line(DbCommand command) {
        List<String> words =
                command.command().args().stream()
                        .map(arg -> new String(arg, StandardCharsets.UTF_8))
                        .toList();
        return command.db() + ": " + String.join(" ", words);
    }
}

package io.redissync.source.reader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.redissync.command.Change;
import io.redissync.command.Command;
import io.redissync.command.DbCommand;
import io.redissync.command.History;
import io.redissync.command.Phase;
import io.redissync.command.Position;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamInterpreterTest {

    private static final long ARRIVED = 1_700_000_000_000L;
    private static final Position START =
            new Position(new History(1, 1), "a".repeat(40), Phase.STREAM, 1000, 2);

    private final StreamInterpreter stream = new StreamInterpreter("users", 5, START);

    private Change accept(long end, String... words) throws IOException {
        return stream.accept(Command.ofText(words), end, ARRIVED);
    }

    private static Position at(long offset, int db) {
        return START.advancedTo(offset, db);
    }

    @Test
    void aWriteIsAChangeInTheSelectedDbAndMovesThePosition() throws IOException {
        Change change = accept(1030, "SET", "k", "v");

        assertThat(change)
                .isEqualTo(
                        new Change.Single(
                                "users",
                                5,
                                at(1030, 2),
                                new DbCommand(2, Command.ofText("SET", "k", "v"))));
        assertThat(stream.position()).isEqualTo(at(1030, 2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"SELECT", "select", "Select"})
    void selectMovesThePositionAndIsNoChange(String name) throws IOException {
        assertThat(accept(1023, name, "11")).isNull();
        assertThat(stream.position()).isEqualTo(at(1023, 11));

        Change change = accept(1050, "DEL", "k");

        assertThat(((Change.Single) change).command().db()).isEqualTo(11);
    }

    @Test
    void aTransactionIsOneChangeThatEndsBehindItsExec() throws IOException {
        assertThat(accept(1015, "MULTI")).isNull();
        assertThat(accept(1040, "INCR", "n")).isNull();
        assertThat(accept(1060, "RPUSH", "l", "x")).isNull();
        assertThat(stream.position()).as("inside").isEqualTo(START);

        Change change = accept(1074, "EXEC");

        assertThat(change).isInstanceOf(Change.Transaction.class);
        assertThat(change.position()).isEqualTo(at(1074, 2));
        assertThat(((Change.Transaction) change).commands())
                .containsExactly(
                        new DbCommand(2, Command.ofText("INCR", "n")),
                        new DbCommand(2, Command.ofText("RPUSH", "l", "x")));
        assertThat(stream.position()).isEqualTo(at(1074, 2));
    }

    @Test
    void aDiscardedTransactionIsNoChangeAndItsSelectNeverHappened() throws IOException {
        accept(1015, "MULTI");
        accept(1040, "SELECT", "5");
        accept(1060, "INCR", "n");
        assertThat(accept(1077, "discard")).isNull();

        assertThat(stream.position()).isEqualTo(at(1077, 2));
        assertThat(accept(1100, "INCR", "n").position()).isEqualTo(at(1100, 2));
    }

    @Test
    void anExecWithoutMultiIsNoChangeButMovesThePosition() throws IOException {
        assertThat(accept(1014, "EXEC")).isNull();
        assertThat(stream.position()).isEqualTo(at(1014, 2));
    }

    @Test
    void selectInsideATransactionChangesTheDbOfWhatFollowsAndMovesNothingBeforeExec()
            throws IOException {
        accept(1015, "MULTI");
        accept(1030, "SET", "a", "1");
        assertThat(accept(1053, "SELECT", "9")).isNull();
        assertThat(stream.position()).isEqualTo(START);
        accept(1080, "SET", "b", "2");

        Change.Transaction change = (Change.Transaction) accept(1094, "EXEC");

        assertThat(change.commands()).extracting(DbCommand::db).containsExactly(2, 9);
        assertThat(stream.position()).isEqualTo(at(1094, 9));
        assertThat(((Change.Single) accept(1100, "DEL", "b")).command().db()).isEqualTo(9);
    }

    @Test
    void anEmptyTransactionIsNoChangeButMovesThePosition() throws IOException {
        accept(1015, "multi");
        assertThat(accept(1029, "exec")).isNull();
        assertThat(stream.position()).isEqualTo(at(1029, 2));

        accept(1044, "MULTI");
        accept(1067, "SELECT", "4");
        assertThat(accept(1081, "EXEC")).isNull();
        assertThat(stream.position()).isEqualTo(at(1081, 4));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PING",
                "ping",
                "Ping",
                "REPLCONF GETACK *",
                "replconf getack *",
                "REPLCONF TIMESTAMP 1",
                "opinfo 12",
                "OPINFO 12"
            })
    void chatterStaysOnTheLinkButCounts(String line) throws IOException {
        assertThat(accept(1014, line.split(" "))).isNull();
        assertThat(stream.position()).isEqualTo(at(1014, 2));
    }

    @Test
    void chatterInsideATransactionIsNoPartOfItAndMovesNothing() throws IOException {
        accept(1015, "MULTI");
        accept(1030, "INCR", "n");
        assertThat(accept(1044, "PING")).isNull();
        assertThat(stream.position()).isEqualTo(START);

        Change.Transaction change = (Change.Transaction) accept(1058, "EXEC");

        assertThat(change.commands()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PINGS", "XEXEC", "MULTIPLY", "SELECTED", "OPINFOS", "REPLCONFIG"})
    void aNameThatOnlyBeginsLikeOneOfThoseIsAWrite(String name) throws IOException {
        assertThat(accept(1030, name, "1")).isInstanceOf(Change.Single.class);
    }

    @Test
    void aRelativeExpiryCountsFromItsArrivalAlsoInsideATransaction() throws IOException {
        Change.Single alone = (Change.Single) accept(1030, "EXPIRE", "k", "60");
        accept(1045, "MULTI");
        accept(1080, "SETEX", "k", "10", "v");
        Change.Transaction whole = (Change.Transaction) accept(1094, "EXEC");

        assertThat(alone.command().command())
                .isEqualTo(Command.ofText("PEXPIREAT", "k", Long.toString(ARRIVED + 60_000)));
        assertThat(whole.commands().get(0).command().args())
                .extracting(String::new)
                .containsExactly("SET", "k", "v", "PXAT", Long.toString(ARRIVED + 10_000));
    }

    @Test
    void aNewReplidCountsFromTheNextPositionOn() throws IOException {
        String promoted = "b".repeat(40);
        stream.replid(promoted);

        Change change = accept(1030, "INCR", "n");

        assertThat(change.position().replid()).isEqualTo(promoted);
        assertThat(change.position().sameHistory(START)).isTrue();
        assertThat(change.position().offset()).isEqualTo(1030);
    }

    @Test
    void aSelectThatIsNoneNamesTheOffset() {
        assertThatThrownBy(() -> accept(1023, "SELECT", "x"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("1023")
                .hasMessageContaining("'x'");
        assertThatThrownBy(() -> accept(1023, "SELECT")).isInstanceOf(IOException.class);
    }
}

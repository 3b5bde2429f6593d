package io.redissync.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.redissync.command.Change;
import io.redissync.command.CommandTable;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each row: allowed dbs, blocked dbs, db map, lanes, command, what reaches the target. */
class DbWideCommandsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "    |     |         | ONE     | 3: FLUSHALL ASYNC | 3: FLUSHALL ASYNC",
                "    |     |         | SEVERAL | 0: FLUSHALL       | refused",
                "0,2 |     |         | ONE     | 3: FLUSHALL ASYNC | 0: FLUSHDB; 2: FLUSHDB",
                "0,2 | 2   | 0>7     | ONE     | 3: FLUSHALL       | 7: FLUSHDB",
                "0,2 |     | 2>0     | ONE     | 0: FLUSHALL       | 0: FLUSHDB",
                "0,2 |     |         | SEVERAL | 0: FLUSHALL       | refused",
                "2   | 2   |         | SEVERAL | 0: FLUSHALL       | dropped",
                "    | 2   |         | ONE     | 0: FLUSHALL       | refused",
                "    |     | 0>1     | ONE     | 0: FLUSHALL       | refused",
                "    |     |         | ONE     | 3: FLUSHDB        | 3: FLUSHDB",
                "    |     |         | SEVERAL | 3: FLUSHDB        | refused",
                "0   |     |         | SEVERAL | 3: FLUSHDB        | dropped",
                "3   |     | 3>5     | ONE     | 3: FLUSHDB SYNC   | 5: FLUSHDB SYNC",
                "3,5 |     | 3>5     | ONE     | 3: FLUSHDB        | refused",
                "    |     | 3>5     | ONE     | 3: FLUSHDB        | refused",
                "    | 5   | 3>5     | ONE     | 3: FLUSHDB        | 5: FLUSHDB",
                "    |     | 3>5     | ONE     | 4: FLUSHDB        | 4: FLUSHDB",
                "    |     | 3>5,5>3 | ONE     | 3: FLUSHDB        | 5: FLUSHDB",
                "    |     |         | ONE     | 9: SWAPDB 0 1     | 9: SWAPDB 0 1",
                "    |     |         | SEVERAL | 9: SWAPDB 0 1     | refused",
                "7   |     |         | SEVERAL | 7: SWAPDB 0 1     | dropped",
                "0   |     |         | ONE     | 0: SWAPDB 0 1     | refused",
                "0,1 |     | 0>5,1>6 | ONE     | 0: SWAPDB 0 1     | 5: SWAPDB 5 6",
                "0,1 |     | 0>5,1>6 | ONE     | 9: SWAPDB 1 0     | 6: SWAPDB 6 5",
                "0,1 |     | 1>0     | ONE     | 0: SWAPDB 0 1     | refused",
                "    |     |         | ONE     | 0: SWAPDB 1 1     | dropped",
                "    |     | 1>5,5>1 | ONE     | 0: MOVE k 1       | 0: MOVE k 5",
                "    |     | 1>0     | ONE     | 0: MOVE k 1       | dropped",
                "0   |     |         | ONE     | 0: MOVE k 1       | 0: DEL k",
                "1   |     |         | ONE     | 0: MOVE k 1       | refused",
                "7   |     |         | ONE     | 0: MOVE k 1       | dropped",
                "0,1 |     | 1>4     | ONE     | 0: COPY k l DB 1  | 0: COPY k l DB 4",
                "0   |     |         | ONE     | 0: COPY k l DB 1  | dropped",
                "1   |     |         | ONE     | 0: COPY k l DB 1  | refused",
                "0   |     |         | ONE     | 0: COPY k l       | 0: COPY k l",
                "1   |     |         | ONE     | 0: COPY k l       | dropped",
                "    |     |         | ONE     | 0: SFLUSH 0 10    | refused"
            })
    void reachesTheTarget(
            String allowed,
            String blocked,
            String map,
            TargetLanes lanes,
            String command,
            String expected) {
        FilterRules rules =
                FilterRules.builder().allowDbs(dbs(allowed)).blockDbs(dbs(blocked)).build();
        TransformRules transform = new TransformRules(map(map), List.of());
        Change change = Given.single(command);
        ChangeFilter failing = filter(rules, transform, FlushPolicy.FAIL, lanes);
        ChangeFilter ignoring = filter(rules, transform, FlushPolicy.IGNORE, lanes);

        if (expected.equals("refused")) {
            assertThatThrownBy(() -> failing.apply(change))
                    .isInstanceOf(KeylessCommandException.class)
                    .hasMessageContainingAll("shard 0", "stream offset 100", "on-flush");
            assertThat(ignoring.apply(change)).isNull();
            return;
        }
        for (ChangeFilter filter : List.of(failing, ignoring)) {
            Change passed = filter.apply(change);
            if (expected.equals("dropped")) {
                assertThat(passed).isNull();
            } else {
                Change sent = new ChangeTransform(transform, CommandTable.standard()).apply(passed);
                assertThat(String.join("; ", Given.lines(sent))).isEqualTo(expected);
                assertThat(sent.position()).isEqualTo(change.position());
            }
        }
    }

    @Test
    void expandsWithinATransaction() {
        FilterRules rules = FilterRules.builder().allowDbs(List.of(0, 2)).build();
        Change change = Given.transaction("0: SET a 1", "5: FLUSHALL", "2: SET b 1");

        Change filtered =
                filter(rules, TransformRules.NONE, FlushPolicy.FAIL, TargetLanes.ONE).apply(change);

        assertThat(Given.lines(filtered))
                .containsExactly("0: SET a 1", "0: FLUSHDB", "2: FLUSHDB", "2: SET b 1");
    }

    @Test
    void aBlockedFlushIsNoQuestionOfPolicy() {
        FilterRules rules =
                FilterRules.builder()
                        .blockCommands(List.of("flushall"))
                        .blockCategories(List.of("server"))
                        .build();

        ChangeFilter filter =
                filter(rules, TransformRules.NONE, FlushPolicy.FAIL, TargetLanes.SEVERAL);

        assertThat(filter.apply(Given.single("FLUSHALL"))).isNull();
        assertThat(filter.apply(Given.single("SWAPDB 0 1"))).isNull();
    }

    private static ChangeFilter filter(
            FilterRules rules, TransformRules transform, FlushPolicy policy, TargetLanes lanes) {
        return new ChangeFilter(rules, transform, policy, lanes, CommandTable.standard());
    }

    private static List<Integer> dbs(String text) {
        return text == null
                ? List.of()
                : Arrays.stream(text.split(",", -1)).map(Integer::valueOf).toList();
    }

    private static Map<Integer, Integer> map(String text) {
        Map<Integer, Integer> map = new TreeMap<>();
        if (text != null) {
            for (String pair : text.split(",", -1)) {
                String[] dbs = pair.split(">", -1);
                map.put(Integer.valueOf(dbs[0]), Integer.valueOf(dbs[1]));
            }
        }
        return map;
    }
}

package io.redissync.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.redissync.command.Change;
import io.redissync.command.CommandTable;
import io.redissync.operator.TransformRules.PrefixRule;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChangeTransformTest {

    private static final TransformRules RULES =
            new TransformRules(
                    Map.of(1, 9),
                    List.of(
                            PrefixRule.strip("old:"),
                            PrefixRule.replace("app1:", "app2:"),
                            PrefixRule.replace("x", "y")));

    @ParameterizedTest
    @CsvSource({
        "SET old:k old:v, 0: SET k old:v",
        "SET app1:k v, 0: SET app2:k v",
        "1: SET k v, 9: SET k v",
        "1: SET old:app1:k v, 9: SET app1:k v",
        "MSET old:a 1 b 2 x 3, 0: MSET a 1 b 2 y 3",
        "ZUNIONSTORE x 2 old:a x2 WEIGHTS 1 2, 0: ZUNIONSTORE y 2 a y2 WEIGHTS 1 2",
        "EVAL x 1 x x, 0: EVAL x 1 y x",
        "XREADGROUP GROUP x x STREAMS x 0, 0: XREADGROUP GROUP x x STREAMS y 0",
        "PUBLISH x x, 0: PUBLISH x x",
        "SORT x BY xw_*->f GET # GET old:* STORE xd, 0: SORT y BY yw_*->f GET # GET * STORE yd",
        "SORT x BY nosort LIMIT 0 5 STORE x, 0: SORT y BY nosort LIMIT 0 5 STORE y",
        "SORT x BY zz* STORE d, 0: SORT y BY zz* STORE d",
        "1: SWAPDB 0 1, 9: SWAPDB 0 9",
        "MOVE x 1, 0: MOVE y 9",
        "COPY x z DB 1 REPLACE, 0: COPY y z DB 9 REPLACE"
    })
    void renames(String before, String after) {
        assertThat(Given.lines(transform(RULES).apply(Given.single(before))))
                .containsExactly(after);
    }

    @ParameterizedTest
    @ValueSource(strings = {"SET k v", "2: DEL a b c", "PUBLISH c m", "FLUSHALL", "3: SWAPDB 2 3"})
    void leavesTheRestAsItIs(String line) {
        Change change = Given.single(line);

        assertThat(transform(RULES).apply(change)).isSameAs(change);
    }

    @Test
    void addsAPrefixToEveryKey() {
        TransformRules rules = new TransformRules(Map.of(), List.of(PrefixRule.add("p:")));

        assertThat(Given.lines(transform(rules).apply(Given.single("RENAME a b"))))
                .containsExactly("0: RENAME p:a p:b");
        assertThat(Given.lines(transform(rules).apply(Given.single("SORT a BY w* GET # STORE b"))))
                .containsExactly("0: SORT p:a BY p:w* GET # STORE p:b");
    }

    @Test
    void transformsTransactionsAndKeepsThePosition() {
        Change change = Given.transaction("1: SET old:a 1", "INCR n");
        Change untouched = Given.transaction("SET a 1", "INCR n");

        Change transformed = transform(RULES).apply(change);

        assertThat(Given.lines(transformed)).containsExactly("9: SET a 1", "0: INCR n");
        assertThat(transformed.position()).isEqualTo(change.position());
        assertThat(transform(RULES).apply(untouched)).isSameAs(untouched);
    }

    @Test
    void transformsEntries() {
        Change untouched = Given.entry(0, "k", 0);
        Change tick = Given.tick("0", 5, 1);

        assertThat(transform(RULES).apply(Given.entry(1, "old:k", 0)))
                .isEqualTo(Given.entry(9, "k", 0));
        assertThat(transform(RULES).apply(Given.entry(1, "k", 0)))
                .isEqualTo(Given.entry(9, "k", 0));
        assertThat(transform(RULES).apply(untouched)).isSameAs(untouched);
        assertThat(transform(RULES).apply(tick)).isSameAs(tick);
    }

    @Test
    void withoutRulesNothingIsLookedAt() {
        Change unknown = Given.single("1: MOD.X old:k");

        assertThat(transform(TransformRules.NONE).apply(unknown)).isSameAs(unknown);
        assertThat(
                        Given.lines(
                                transform(new TransformRules(Map.of(1, 2), List.of()))
                                        .apply(unknown)))
                .containsExactly("2: MOD.X old:k");
    }

    @Test
    void refusesWhatItCannotDoExactly() {
        TransformRules reserved =
                new TransformRules(Map.of(), List.of(PrefixRule.strip("x"), PrefixRule.add("__")));

        assertThatThrownBy(() -> transform(RULES).apply(Given.single("MOD.X k")))
                .isInstanceOf(UnknownCommandException.class);
        assertThatThrownBy(() -> transform(reserved).apply(Given.single("SET redis_sync__:k v")))
                .isInstanceOf(ReservedKeyException.class)
                .hasMessageContainingAll("shard 0", "stream offset 100", "\"redis_sync__:k\"");
        assertThatThrownBy(
                        () ->
                                transform(reserved)
                                        .apply(Given.entry(0, "x__redis_sync__:default:0:0", 4)))
                .isInstanceOf(ReservedKeyException.class);
        assertThatThrownBy(() -> transform(RULES).apply(Given.single("SORT k BY a* STORE d")))
                .isInstanceOf(AmbiguousPatternException.class)
                .hasMessageContaining("\"a*\"");
        assertThatThrownBy(() -> PrefixRule.strip("")).hasMessageContaining("empty");
        assertThatThrownBy(() -> new TransformRules(Map.of(0, -1), List.of()))
                .hasMessageContaining("db mapping: 0 to -1");
    }

    private static ChangeTransform transform(TransformRules rules) {
        return new ChangeTransform(rules, CommandTable.standard());
    }
}

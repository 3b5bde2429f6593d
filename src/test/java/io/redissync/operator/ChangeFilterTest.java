package io.redissync.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.redissync.command.Change;
import io.redissync.command.CommandTable;
import io.redissync.operator.KeyPattern.Kind;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChangeFilterTest {

    private static final FilterRules ONLY_A =
            FilterRules.builder().allowKeys(List.of(KeyPattern.of(Kind.PREFIX, "a"))).build();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SET k v",
                "SET k __redis_sync__:value",
                "NEW.COMMAND x y",
                "3: PUBLISH c m",
                "PUBLISH __redis_sync__:c m",
                "FLUSHALL",
                "FLUSHDB ASYNC",
                "SWAPDB 0 1",
                "SCRIPT LOAD code",
                "FUNCTION FLUSH",
                "MOVE k 1",
                "EVAL code 0"
            })
    void passesEverythingWithoutRules(String line) {
        Change change = Given.single(line);

        assertThat(filter(FilterRules.NONE).apply(change)).isSameAs(change);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SET __redis_sync__:m v",
                "DEL __redis_sync__:m",
                "RENAME a __redis_sync__:m",
                "EVAL code 1 __redis_sync__:m",
                "SCRIPT FLUSH",
                "script kill",
                "CLUSTER SYNCSLOTS FINISH"
            })
    void neverPasses(String line) {
        assertThat(filter(FilterRules.NONE).apply(Given.single(line))).isNull();
        assertThat(filter(ONLY_A).apply(Given.single(line))).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "DEL a1 b a2, DEL a1 a2",
        "2: unlink b a, 2: unlink a",
        "TOUCH a b, TOUCH a",
        "MSET b 1 a 2, MSET a 2",
        "MSETNX a 1 b 2 a3 3, MSETNX a 1 a3 3",
        "DEL a __redis_sync__:m, DEL a"
    })
    void splitsWhatCanBeSplit(String before, String after) {
        assertThat(Given.lines(filter(ONLY_A).apply(Given.single(before))))
                .isEqualTo(Given.lines(Given.single(after)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"RENAME a b", "SINTERSTORE b a c", "BITOP AND b c a", "SORT b STORE a"})
    void keepsWhatCannotBeSplitWhenAnyKeyPasses(String line) {
        Change change = Given.single(line);

        assertThat(filter(ONLY_A).apply(change)).isSameAs(change);
    }

    @ParameterizedTest
    @ValueSource(strings = {"SET b v", "RENAME b c", "MSET b 1 c 2", "RENAME a __redis_sync__:m"})
    void dropsWhatHasNoKeyThatPasses(String line) {
        assertThat(filter(ONLY_A).apply(Given.single(line))).isNull();
    }

    @Test
    void filtersWithinTransactions() {
        Change mixed = Given.transaction("SET b 1", "SET a 1", "DEL a b", "PUBLISH c m");
        Change passing = Given.transaction("SET a 1", "INCR a");

        Change filtered = filter(ONLY_A).apply(mixed);

        assertThat(Given.lines(filtered))
                .containsExactly("0: SET a 1", "0: DEL a", "0: PUBLISH c m");
        assertThat(filtered.position()).isEqualTo(mixed.position());
        assertThat(filtered.lane()).isEqualTo(mixed.lane());
        assertThat(filter(ONLY_A).apply(passing)).isSameAs(passing);
        assertThat(filter(ONLY_A).apply(Given.transaction("SET b 1", "DEL b"))).isNull();
    }

    @Test
    void obeysDbsCommandsAndCategories() {
        FilterRules dbs =
                FilterRules.builder().allowDbs(List.of(1, 2)).blockDbs(List.of(2)).build();
        FilterRules commands =
                FilterRules.builder().blockCommands(List.of("publish", "MOD.X")).build();
        FilterRules categories =
                FilterRules.builder()
                        .allowCategories(List.of("String", "generic"))
                        .blockCommands(List.of("APPEND"))
                        .build();

        assertThat(passes(dbs, "1: SET k v")).isTrue();
        assertThat(passes(dbs, "0: SET k v")).isFalse();
        assertThat(passes(dbs, "2: SET k v")).isFalse();
        assertThat(passes(dbs, "0: PUBLISH c m")).isFalse();
        assertThat(passes(dbs, "0: MOD.X k")).isFalse();
        assertThat(passes(commands, "PUBLISH c m")).isFalse();
        assertThat(passes(commands, "mod.x k")).isFalse();
        assertThat(passes(commands, "MOD.Y k")).isTrue();
        assertThat(passes(categories, "SET k v")).isTrue();
        assertThat(passes(categories, "DEL k")).isTrue();
        assertThat(passes(categories, "APPEND k v")).isFalse();
        assertThat(passes(categories, "SADD k v")).isFalse();
    }

    @Test
    void whatBelongsToNoDbGoesToOneThatPasses() {
        FilterRules rules = FilterRules.builder().allowDbs(List.of(4, 2)).build();

        assertThat(Given.lines(filter(rules).apply(Given.single("7: FUNCTION FLUSH"))))
                .containsExactly("2: FUNCTION FLUSH");
        assertThat(passes(rules, "4: SCRIPT LOAD code")).isTrue();
    }

    @Test
    void filtersEntries() {
        FilterRules rules =
                FilterRules.builder()
                        .allowDbs(List.of(1))
                        .blockKeys(List.of(KeyPattern.of(Kind.SUFFIX, ":tmp")))
                        .blockCategories(List.of("list", "geo"))
                        .blockCommands(List.of("SET"))
                        .build();
        Change.Entry passing = Given.entry(1, "k", 0);

        assertThat(filter(rules).apply(passing)).isSameAs(passing);
        assertThat(filter(rules).apply(Given.entry(1, "zset", 17))).isNotNull();
        assertThat(filter(rules).apply(Given.entry(0, "k", 0))).isNull();
        assertThat(filter(rules).apply(Given.entry(1, "k:tmp", 0))).isNull();
        assertThat(filter(rules).apply(Given.entry(1, "k", 18))).isNull();
        assertThat(filter(FilterRules.NONE).apply(Given.entry(0, "__redis_sync__:m", 4))).isNull();
    }

    @Test
    void ticksAlwaysPass() {
        Change tick = Given.tick("0", 5, 100);

        assertThat(filter(ONLY_A).apply(tick)).isSameAs(tick);
    }

    @Test
    void refusesUnknownCommandsOnlyWhereRulesNeedTheirKeys() {
        Change unknown = Given.single("MOD.X a b");
        FilterRules blocking =
                FilterRules.builder()
                        .allowKeys(List.of(KeyPattern.of(Kind.PREFIX, "a")))
                        .blockCommands(List.of("MOD.X"))
                        .build();

        assertThatThrownBy(() -> filter(ONLY_A).apply(unknown))
                .isInstanceOf(UnknownCommandException.class)
                .hasMessageContainingAll("shard 0", "stream offset 100", "MOD.X \"a\"", "block");
        assertThatThrownBy(
                        () ->
                                filter(FilterRules.NONE)
                                        .apply(Given.single("MOD.X __redis_sync__:m")))
                .isInstanceOf(UnknownCommandException.class);
        assertThat(filter(blocking).apply(unknown)).isNull();
        assertThatThrownBy(() -> filter(ONLY_A).apply(Given.single("EVAL s x a")))
                .isInstanceOf(UnknownCommandException.class)
                .hasMessageContaining("arguments are not as");
    }

    private static boolean passes(FilterRules rules, String line) {
        return filter(rules).apply(Given.single(line)) != null;
    }

    private static ChangeFilter filter(FilterRules rules) {
        return new ChangeFilter(
                rules,
                new TransformRules(Map.of(), List.of()),
                FlushPolicy.FAIL,
                TargetLanes.ONE,
                CommandTable.standard());
    }
}

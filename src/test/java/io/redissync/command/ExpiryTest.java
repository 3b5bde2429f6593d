package io.redissync.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExpiryTest {

    private static final long ARRIVAL = 1_000_000;
    private static final long SLACK = 500;
    private static final String MAX_FIELD = Long.toString((1L << 46) - 1);

    @ParameterizedTest
    @CsvSource({
        "EXPIRE k 10, PEXPIREAT k 1010000",
        "expire k 10 NX GT, PEXPIREAT k 1010000 NX GT",
        "EXPIRE k -5, PEXPIREAT k 995000",
        "EXPIRE k 9223372036854775807, PEXPIREAT k 9223372036854775807",
        "PEXPIRE k 10 XX, PEXPIREAT k 1000010 XX",
        "SETEX k 10 v, SET k v PXAT 1010000",
        "PSETEX k 10 v, SET k v PXAT 1000010",
        "SET k v EX 10, SET k v PXAT 1010000",
        "SET k v nx px 10 GET, SET k v nx PXAT 1000010 GET",
        "SET k v IFEQ PX EX 10, SET k v IFEQ PX PXAT 1010000",
        "GETEX k EX 10, GETEX k PXAT 1010000",
        "GETEX k PX 10, GETEX k PXAT 1000010",
        "HEXPIRE k 10 NX FIELDS 1 f, HPEXPIREAT k 1010000 NX FIELDS 1 f",
        "HPEXPIRE k 10 FIELDS 2 f g, HPEXPIREAT k 1000010 FIELDS 2 f g",
        "HSETEX k FNX EX 10 FIELDS 1 f v, HSETEX k FNX PXAT 1010000 FIELDS 1 f v",
        "HGETEX k PX 10 FIELDS 1 f, HGETEX k PXAT 1000010 FIELDS 1 f",
        "MSETEX 1 k v EX 10 NX, MSETEX 1 k v PXAT 1010000 NX",
        "MSETEX 1 EX 10 PX 7, MSETEX 1 EX 10 PXAT 1000007",
        "RESTORE k 10 p, RESTORE k 1000010 p ABSTTL",
        "RESTORE k 10 p REPLACE FREQ 5, RESTORE k 1000010 p REPLACE FREQ 5 ABSTTL",
        "RESTORE-ASKING k 10 p, RESTORE-ASKING k 1000010 p ABSTTL"
    })
    void makesTimesAbsolute(String relative, String absolute) {
        assertThat(Expiry.absolute(command(relative), ARRIVAL)).isEqualTo(command(absolute));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SET k v",
                "SET k EX",
                "SET k v KEEPTTL",
                "SET k v PXAT 5",
                "SET k v EXAT 5 NX",
                "SET EX PX",
                "EXPIREAT k 5",
                "PEXPIREAT k 5",
                "HPEXPIREAT k 5 FIELDS 1 f",
                "HEXPIREAT k 5 FIELDS 1 f",
                "HSETEX k FIELDS 1 EX 10",
                "HSETEX k KEEPTTL FIELDS 2 PX 10 EX 10",
                "GETEX k PERSIST",
                "GETEX k",
                "RESTORE k 0 p",
                "RESTORE k 10 p ABSTTL",
                "MSETEX 2 EX 10 PX 10",
                "HSET k EX 10",
                "PERSIST k",
                "EXPIRE",
                "SADD k EX 10",
                "INCR k",
                "GEOADD k 1 2 m",
                "RPUSH k PX 10"
            })
    void leavesTheRest(String line) {
        Command command = command(line);

        assertThat(Expiry.absolute(command, ARRIVAL)).isSameAs(command);
    }

    @ParameterizedTest
    @CsvSource({
        "PEXPIREAT k 1000, PEXPIREAT k 1500",
        "pexpireat k 1000 GT, PEXPIREAT k 1500 GT",
        "PEXPIREAT k 9223372036854775800, PEXPIREAT k 9223372036854775807",
        "EXPIREAT k 10 NX, PEXPIREAT k 10500 NX",
        "SET k v PXAT 1000, SET k v PXAT 1500",
        "SET k v XX EXAT 10 GET, SET k v XX PXAT 10500 GET",
        "GETEX k EXAT 10, GETEX k PXAT 10500",
        "RESTORE k 1000 p REPLACE ABSTTL, RESTORE k 1500 p REPLACE ABSTTL",
        "HPEXPIREAT k 1000 LT FIELDS 1 f, HPEXPIREAT k 1500 LT FIELDS 1 f",
        "HEXPIREAT k 10 FIELDS 1 f, HPEXPIREAT k 10500 FIELDS 1 f",
        "HSETEX k PXAT 1000 FIELDS 1 f v, HSETEX k PXAT 1500 FIELDS 1 f v",
        "MSETEX 1 k v EXAT 10, MSETEX 1 k v PXAT 10500"
    })
    void shiftsAbsoluteTimes(String exact, String shifted) {
        assertThat(Expiry.shifted(command(exact), SLACK)).isEqualTo(command(shifted));
    }

    @Test
    void staysWithinWhatFieldsCanHave() {
        Command last = command("HPEXPIREAT k " + MAX_FIELD + " FIELDS 1 f");
        Command almost = command("HPEXPIREAT k " + ((1L << 46) - 100) + " FIELDS 1 f");

        assertThat(Expiry.shifted(last, SLACK)).isEqualTo(last);
        assertThat(Expiry.shifted(almost, SLACK)).isEqualTo(last);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SET k v",
                "SET k v EX 10",
                "SET k v KEEPTTL",
                "EXPIRE k 10",
                "RESTORE k 0 p ABSTTL",
                "RESTORE k 10 p",
                "HSETEX k FIELDS 1 PXAT 10",
                "SETEX k 10 v",
                "DEL k",
                "LPUSH k PXAT 10"
            })
    void shiftsNothingElse(String line) {
        Command command = command(line);

        assertThat(Expiry.shifted(command, SLACK)).isSameAs(command);
    }

    @Test
    void withoutSlackNothingIsTouched() {
        Command command = command("EXPIREAT k 10");

        assertThat(Expiry.shifted(command, 0)).isSameAs(command);
    }

    @Test
    void knowsTheFormsOfOldTargets() {
        assertThat(Expiry.forOldTarget(command("SET k v NX PXAT 1000")))
                .containsExactly(command("SET k v NX"), command("PEXPIREAT k 1000"));
        assertThat(Expiry.forOldTarget(command("SET k v EXAT 1 KEEPTTL")))
                .containsExactly(command("SET k v KEEPTTL"), command("PEXPIREAT k 1000"));
        assertThat(Expiry.forOldTarget(command("GETEX k PXAT 1000")))
                .containsExactly(command("PEXPIREAT k 1000"));
        for (String same : List.of("SET k v", "SET k PXAT", "SET k v PX 5", "PEXPIREAT k 1")) {
            Command command = command(same);
            assertThat(Expiry.forOldTarget(command)).hasSize(1).first().isSameAs(command);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"EXPIRE k x", "EXPIRE k 1.5", "EXPIRE k 9223372036854775808"})
    void refusesWhatIsNoTime(String line) {
        assertThatThrownBy(() -> Expiry.absolute(command(line), ARRIVAL))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected: a whole number");
    }

    private static Command command(String line) {
        return Command.ofText(line.split(" "));
    }
}

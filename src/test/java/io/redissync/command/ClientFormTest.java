package io.redissync.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientFormTest {

    @ParameterizedTest
    @CsvSource({
        "XADD k MAXLEN = 10 LIMIT 5 1-1 f v, XADD k MAXLEN = 10 1-1 f v",
        "XADD k NOMKSTREAM MINID = 3-1 LIMIT 0 1-1 f v, XADD k NOMKSTREAM MINID = 3-1 1-1 f v",
        "XADD k KEEPREF LIMIT 5 MAXLEN 10 1-1 f v, XADD k KEEPREF MAXLEN 10 1-1 f v",
        "xtrim k maxlen = 10 limit 5, xtrim k maxlen = 10",
        "XTRIM k MINID 3-1 LIMIT 5 DELREF, XTRIM k MINID 3-1 DELREF",
        "RESTORE-ASKING k 0 p REPLACE, RESTORE k 0 p REPLACE"
    })
    void rewritesWhatAClientMayNotSend(String link, String client) {
        assertThat(ClientForm.of(command(link))).isEqualTo(command(client));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "XADD k MAXLEN ~ 10 LIMIT 5 1-1 f v",
                "XADD k 1-1 LIMIT 5",
                "XADD k MAXLEN = 10 1-1 LIMIT 5",
                "XTRIM k MAXLEN ~ 10 LIMIT 5",
                "XTRIM k MAXLEN 10",
                "XACK k MAXLEN LIMIT 5",
                "SORT k LIMIT 0 5",
                "RESTORE k 0 p"
            })
    void leavesTheRest(String line) {
        Command command = command(line);

        assertThat(ClientForm.of(command)).isSameAs(command);
    }

    private static Command command(String line) {
        return Command.ofText(line.split(" "));
    }
}

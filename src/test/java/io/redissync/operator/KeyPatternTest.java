package io.redissync.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.redissync.operator.KeyPattern.Kind;
import java.nio.charset.StandardCharsets;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyPatternTest {

    @ParameterizedTest
    @CsvSource({
        "PREFIX, user:, user:1, true",
        "PREFIX, user:, user:, true",
        "PREFIX, user:, user, false",
        "PREFIX, user:, xuser:, false",
        "SUFFIX, :tmp, a:tmp, true",
        "SUFFIX, :tmp, a:tmpx, false",
        "SUFFIX, :tmp, tmp, false",
        "GLOB, *, anything, true",
        "GLOB, *, '', true",
        "GLOB, a*b*c, aXXbYYc, true",
        "GLOB, a*b*c, aXXbYY, false",
        "GLOB, a*a*a*a*a*a*a*b, aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, false",
        "GLOB, h?llo, hello, true",
        "GLOB, h?llo, hllo, false",
        "GLOB, h[ae]llo, hallo, true",
        "GLOB, h[ae]llo, hillo, false",
        "GLOB, h[^e]llo, hallo, true",
        "GLOB, h[^e]llo, hello, false",
        "GLOB, h[a-c]llo, hbllo, true",
        "GLOB, h[c-a]llo, hbllo, true",
        "GLOB, h[a-c]llo, hdllo, false",
        "GLOB, 'a[]]b', 'a]b', false",
        "GLOB, 'a[\\]]b', 'a]b', true",
        "GLOB, 'a\\*b', 'a*b', true",
        "GLOB, 'a\\*b', axb, false",
        "GLOB, 'a[b', ab, true",
        "GLOB, '*[0-9]', key7, true",
        "GLOB, 'ключ*', 'ключ:1', true",
        "GLOB, '?', 'ü', false",
        "REGEX, 'user:[0-9]+', user:12, true",
        "REGEX, 'user:[0-9]+', user:12x, false",
        "REGEX, 'user', xuserx, false",
        "REGEX, 'ключ.*', 'ключ:1', true",
        "REGEX, '..', 'ü', true",
        "REGEX, '\\xc3\\xbc', 'ü', true"
    })
    void matchesAsDescribed(Kind kind, String pattern, String key, boolean matches) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        byte[] inside = ("##" + key + "##").getBytes(StandardCharsets.UTF_8);
        KeyPattern made = KeyPattern.of(kind, pattern);

        assertThat(made.matches(bytes)).isEqualTo(matches);
        assertThat(made.matches(inside, 2, bytes.length)).isEqualTo(matches);
    }

    @Test
    void anyByteIsACharacterOfARegularExpression() {
        assertThat(KeyPattern.of(Kind.REGEX, "a.b").matches(new byte[] {'a', '\n', 'b'})).isTrue();
        assertThat(KeyPattern.of(Kind.REGEX, "a.b").matches(new byte[] {'a', -1, 'b'})).isTrue();
    }

    @Test
    void travelsWithTheJob() throws Exception {
        KeyPattern pattern = KeyPattern.of(Kind.REGEX, "user:[0-9]+");
        KeyPattern copy = InstantiationUtil.clone(pattern);

        assertThat(copy).isEqualTo(pattern);
        assertThat(copy.matches("user:1".getBytes(StandardCharsets.UTF_8))).isTrue();
    }

    @Test
    void refusesWhatIsNoRegularExpression() {
        assertThatThrownBy(() -> KeyPattern.of(Kind.REGEX, "a("))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("key pattern: a(");
    }
}

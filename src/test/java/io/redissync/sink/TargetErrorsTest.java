package io.redissync.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.redissync.connection.RedisError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TargetErrorsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "LOADING Redis is loading the dataset in memory",
                "READONLY You can't write against a read only replica.",
                "OOM command not allowed when used memory > 'maxmemory'.",
                "BUSY Redis is busy running a script.",
                "MISCONF Errors writing to the AOF file: No space left on device",
                "NOREPLICAS Not enough good replicas to write.",
                "MASTERDOWN Link with MASTER is down",
                "ERR max number of clients reached",
                "EXECABORT Transaction discarded because of: BUSY Redis is busy"
            })
    void passesByItself(String message) {
        assertThat(TargetErrors.passes(new RedisError(message))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "WRONGTYPE Operation against a key holding the wrong kind of value",
                "ERR unknown command 'X'",
                "NOPERM this user has no permissions",
                "WRONGPASS invalid username-password pair or user is disabled.",
                "BUSYKEY Target key name already exists.",
                "EXECABORT Transaction discarded because of previous errors."
            })
    void needsSomebody(String message) {
        assertThat(TargetErrors.passes(new RedisError(message))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "NOAUTH Authentication required.",
                "WRONGPASS invalid username-password pair",
                "ERR invalid password",
                "ERR Client sent AUTH, but no password is set"
            })
    void credentialsAreNamed(String message) {
        assertThat(TargetErrors.advice(new RedisError(message))).contains("target.password");
    }

    @Test
    void valuesInErrorsAreNotKept() {
        RedisError error =
                new RedisError("ERR unknown command `X`, with args beginning with: `k`, `secret`");
        assertThat(error.message()).isEqualTo("ERR unknown command `X`");
    }
}

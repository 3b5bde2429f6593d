package io.redissync.protocol.psync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.redissync.command.Command;
import io.redissync.connection.Address;
import io.redissync.connection.ConnectionSettings;
import io.redissync.connection.Secret;
import io.redissync.connection.Shard;
import io.redissync.protocol.psync.Handshake.Continued;
import io.redissync.protocol.psync.Handshake.FullResync;
import io.redissync.protocol.psync.Handshake.Ignored;
import io.redissync.protocol.psync.Handshake.Outcome;
import io.redissync.protocol.psync.Handshake.PermitNeeded;
import io.redissync.protocol.psync.Handshake.ResumePoint;
import io.redissync.protocol.psync.Handshake.Retry;
import io.redissync.protocol.psync.Handshake.Send;
import io.redissync.protocol.psync.Handshake.SendPsync;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HandshakeTest {

    private static final String REPLID = "0123456789abcdef0123456789abcdef01234567";
    private static final ResumePoint POINT = new ResumePoint(REPLID, 999);

    private static LinkSettings settings(String user, String password) {
        return LinkSettings.of(
                new Shard("7", new Address("redis.example", 6379)),
                new ConnectionSettings(
                        user,
                        password == null ? null : new Secret(password),
                        null,
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1)));
    }

    private static String text(Command command) {
        return command.args().stream()
                .map(arg -> new String(arg, StandardCharsets.UTF_8))
                .collect(Collectors.joining(" "));
    }

    private static void expectSend(Handshake handshake, String reply, String command)
            throws LinkException {
        Outcome outcome = handshake.reply(reply);
        assertThat(outcome).isInstanceOf(Send.class);
        assertThat(text(((Send) outcome).command())).isEqualTo(command);
    }

    /** A handshake that has come to the reply of PSYNC. */
    private static Handshake asked(Optional<ResumePoint> resume) throws LinkException {
        Handshake handshake = new Handshake(settings(null, null), resume);
        handshake.begin();
        for (int i = 0; i < 5; i++) {
            handshake.reply("+OK");
        }
        if (resume.isEmpty()) {
            handshake.psync();
        }
        return handshake;
    }

    @Test
    void saysEverythingInOrder() throws Exception {
        Handshake handshake = new Handshake(settings("joe", "secret"), Optional.of(POINT));
        assertThat(text(handshake.begin())).isEqualTo("PING");
        expectSend(handshake, "-NOAUTH Authentication required.", "AUTH joe secret");
        expectSend(handshake, "+OK", "CLIENT SETNAME redis-sync-7");
        expectSend(handshake, "+OK", "REPLCONF listening-port 0");
        expectSend(handshake, "+OK", "REPLCONF capa eof capa psync2");
        expectSend(handshake, "+OK", "REPLCONF version 9.0.0");
        Outcome psync = handshake.reply("+OK");
        assertThat(psync).isInstanceOf(SendPsync.class);
        assertThat(text(((SendPsync) psync).command())).isEqualTo("PSYNC " + REPLID + " 1000");
        assertThat(handshake.reply("+CONTINUE")).isEqualTo(new Continued(Optional.empty()));
    }

    @Test
    void oldMasterMayAnswerErrors() throws Exception {
        Handshake handshake = new Handshake(settings(null, "secret"), Optional.empty());
        handshake.begin();
        expectSend(handshake, "+PONG", "AUTH secret");
        expectSend(handshake, "+OK", "CLIENT SETNAME redis-sync-7");
        expectSend(handshake, "-ERR unknown command 'CLIENT'", "REPLCONF listening-port 0");
        expectSend(handshake, "-ERR no", "REPLCONF capa eof capa psync2");
        expectSend(handshake, "-ERR Unrecognized REPLCONF option", "REPLCONF version 9.0.0");
        assertThat(handshake.reply("-ERR Unrecognized")).isEqualTo(new PermitNeeded());
        assertThat(text(handshake.psync())).isEqualTo("PSYNC ? -1");
    }

    @Test
    void repliesOfKeepalivesAreNotTakenForThatOfPsync() throws Exception {
        Handshake handshake = new Handshake(settings(null, null), Optional.empty());
        handshake.begin();
        for (int i = 0; i < 5; i++) {
            handshake.reply("+OK");
        }
        handshake.keepalive();
        assertThat(handshake.reply("+PONG")).isEqualTo(new Ignored());
        handshake.keepalive();
        handshake.keepalive();
        handshake.psync();
        assertThat(handshake.reply("+PONG")).isEqualTo(new Ignored());
        assertThat(handshake.reply("+PONG")).isEqualTo(new Ignored());
        assertThat(handshake.reply("+FULLRESYNC " + REPLID + " 5"))
                .isEqualTo(new FullResync(REPLID, 5));
    }

    @Test
    void psyncRepliesAreUnderstood() throws Exception {
        Optional<ResumePoint> resume = Optional.of(POINT);
        assertThat(asked(resume).reply("+FULLRESYNC " + REPLID + " 12345 more words"))
                .isEqualTo(new FullResync(REPLID, 12345));
        assertThat(asked(resume).reply("+CONTINUE " + REPLID))
                .isEqualTo(new Continued(Optional.of(REPLID)));
        assertThat(asked(Optional.empty()).reply("+CONTINUE")).isInstanceOf(Retry.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-LOADING Redis is loading the dataset in memory",
                "-NOMASTERLINK Can't SYNC while not connected with my master",
                "-MASTERDOWN Link with MASTER is down",
                "-ERR something new",
                "+FULLRESYNC " + REPLID,
                "+FULLRESYNC " + REPLID + " x",
                "+WHATEVER"
            })
    void otherPsyncRepliesAreTriedAgain(String reply) throws Exception {
        Outcome outcome = asked(Optional.empty()).reply(reply);
        assertThat(outcome).isInstanceOf(Retry.class);
        assertThat(((Retry) outcome).why()).contains(reply);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "-NOPERM this user has no permissions to run the 'psync' command | +psync",
                "-NOAUTH Authentication required. | password",
                "-ERR unknown command 'PSYNC' | renamed"
            })
    void psyncRefusalsEndTheLink(String reply, String advice) throws Exception {
        Handshake handshake = asked(Optional.empty());
        assertThatThrownBy(() -> handshake.reply(reply))
                .isInstanceOf(LinkException.class)
                .hasMessageContaining("shard 7 at redis.example:6379")
                .hasMessageContaining(reply)
                .hasMessageContaining(advice);
    }

    @Test
    void passwordProblemsEndTheLinkWithoutShowingThePassword() throws Exception {
        Handshake without = new Handshake(settings(null, null), Optional.empty());
        without.begin();
        assertThatThrownBy(() -> without.reply("-NOAUTH Authentication required."))
                .isInstanceOf(LinkException.class)
                .hasMessageContaining("password");

        Handshake renamed = new Handshake(settings(null, "hush-hush"), Optional.empty());
        renamed.begin();
        renamed.reply("+PONG");
        assertThatThrownBy(
                        () ->
                                renamed.reply(
                                        "-ERR unknown command `AUTH`, with args beginning with:"
                                                + " `hush-hush`, "))
                .isInstanceOf(LinkException.class)
                .hasMessageContaining("******")
                .hasMessageNotContaining("hush-hush");
    }

    @Test
    void masterThatLoadsIsAskedAgainLater() throws Exception {
        Handshake handshake = new Handshake(settings(null, "secret"), Optional.empty());
        handshake.begin();
        expectSend(handshake, "-LOADING Redis is loading the dataset in memory", "AUTH secret");
        assertThat(handshake.reply("-LOADING Redis is loading")).isInstanceOf(Retry.class);
        Handshake denied = new Handshake(settings(null, null), Optional.empty());
        assertThatThrownBy(() -> denied.reply("-DENIED Redis is running in protected mode"))
                .isInstanceOf(LinkException.class);
        assertThat(new Handshake(settings(null, null), Optional.empty()).reply("-ERR odd"))
                .isInstanceOf(Retry.class);
    }
}

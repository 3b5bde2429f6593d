package io.redissync.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.redissync.connection.ConnectionSettings;
import io.redissync.connection.RedisError;
import io.redissync.connection.RedisErrorException;
import io.redissync.connection.Shard;
import io.redissync.testing.RedisBinary;
import io.redissync.testing.RedisServer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A start while an end restarts, stands still or loads is a start all the same. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class PrecheckIT {

    private static final ConnectionSettings IMPATIENT =
            new ConnectionSettings(
                    null, null, null, Duration.ofMillis(500), Duration.ofMillis(500));

    private RedisServer source;
    private RedisServer target;

    @BeforeEach
    void start() {
        source = RedisServer.start(RedisBinary.best());
        target = RedisServer.start(RedisBinary.best());
    }

    @AfterEach
    void stop() {
        target.close();
        source.close();
    }

    private Precheck precheck() {
        return new Precheck(
                List.of(Shard.parse("0@" + source.address(), "0")),
                IMPATIENT,
                target.address(),
                IMPATIENT,
                Precheck.Eviction.REFUSED);
    }

    @Test
    void aTargetThatStandsStillIsWaitedFor() throws Exception {
        target.suspend();
        FutureTask<Void> check = begin(connection -> {});
        assertStillTrying(check);
        target.resume();
        check.get();
    }

    @Test
    void aSourceThatRestartsIsWaitedFor() throws Exception {
        source.kill9();
        CountDownLatch targetSeen = new CountDownLatch(2);
        FutureTask<Void> check = begin(connection -> targetSeen.countDown());
        // Twice: the source was looked for in between, and was not there.
        targetSeen.await();
        source.restart();
        check.get();
    }

    @Test
    void anEndThatLoadsIsWaitedFor() {
        AtomicInteger looks = new AtomicInteger();
        assertThatCode(
                        () ->
                                precheck()
                                        .verify(
                                                connection -> {
                                                    if (looks.incrementAndGet() < 3) {
                                                        throw error("LOADING the dataset");
                                                    }
                                                }))
                .doesNotThrowAnyException();
    }

    @Test
    void whatDoesNotPassIsSaidAtOnce() {
        AtomicInteger looks = new AtomicInteger();
        assertThatThrownBy(
                        () ->
                                precheck()
                                        .verify(
                                                connection -> {
                                                    looks.incrementAndGet();
                                                    throw error("NOPERM no");
                                                }))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("target.user");
        assertThat(looks).hasValue(1);
    }

    private RedisErrorException error(String message) {
        return new RedisErrorException("HVALS", target.address(), new RedisError(message));
    }

    private FutureTask<Void> begin(Precheck.TargetCheck more) {
        FutureTask<Void> check =
                new FutureTask<>(
                        () -> {
                            precheck().verify(more);
                            return null;
                        });
        Thread thread = new Thread(check, "precheck");
        thread.setDaemon(true);
        thread.start();
        return check;
    }

    /** For longer than the first look can take. */
    private static void assertStillTrying(FutureTask<Void> check) {
        assertThatThrownBy(() -> check.get(3, TimeUnit.SECONDS))
                .isInstanceOf(TimeoutException.class);
    }
}

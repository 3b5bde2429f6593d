package io.redissync.source.reader;

import static org.assertj.core.api.Assertions.assertThat;

import io.redissync.protocol.psync.FullSyncPermit;
import io.redissync.source.FullSyncEvents.Grant;
import io.redissync.source.FullSyncEvents.Release;
import io.redissync.source.FullSyncEvents.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.connector.source.SourceEvent;
import org.junit.jupiter.api.Test;

class FullSyncPermitsTest {

    private final List<SourceEvent> sent = new ArrayList<>();
    private final FullSyncPermits permits = new FullSyncPermits(sent::add);
    private final FullSyncPermit permit = permits.of("a", 1);

    @Test
    void theSecondAnswerToALinkThatAskedTwiceGivesNothingBack() {
        var unused = permit.acquire();
        CompletableFuture<Void> second = permit.acquire().toCompletableFuture();
        permits.granted(new Grant("a"));
        permits.granted(new Grant("a"));

        assertThat(second).isCompleted();
        assertThat(sent).containsExactly(new Request("a"), new Request("a"));
    }

    @Test
    void anAnswerThatNobodyWaitsForGoesBack() {
        permits.granted(new Grant("a"));

        assertThat(sent).containsExactly(new Release("a"));
    }

    @Test
    void givingBackALatePermitDoesNotForgetTheRequestMadeMeanwhile() {
        CompletableFuture<Void> first = permit.acquire().toCompletableFuture();
        permits.granted(new Grant("a"));
        CompletableFuture<Void> second = permit.acquire().toCompletableFuture();
        // The first link found its permit too late and gives it back.
        permit.release();
        permits.granted(new Grant("a"));

        assertThat(first).isCompleted();
        assertThat(second).isCompleted();
        assertThat(sent)
                .containsExactly(
                        new Request("a"), new Request("a"), new Release("a"), new Request("a"));
    }
}

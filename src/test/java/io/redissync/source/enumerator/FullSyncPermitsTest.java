package io.redissync.source.enumerator;

import static org.assertj.core.api.Assertions.assertThat;

import io.redissync.source.enumerator.FullSyncPermits.Holder;
import org.junit.jupiter.api.Test;

class FullSyncPermitsTest {

    private static final Holder A = new Holder("a", 0);
    private static final Holder B = new Holder("b", 1);
    private static final Holder C = new Holder("c", 1);

    private final FullSyncPermits one = new FullSyncPermits(1);

    @Test
    void grantsInTheOrderOfAskingAndNeverMoreThanAllowed() {
        assertThat(one.request(A)).containsExactly(A);
        assertThat(one.request(B)).isEmpty();
        assertThat(one.request(C)).isEmpty();
        assertThat(one.release("a")).containsExactly(B);
        assertThat(one.release("b")).containsExactly(C);
        assertThat(one.release("c")).isEmpty();
        assertThat(one.request(A)).containsExactly(A);
    }

    @Test
    void zeroMeansNoLimit() {
        FullSyncPermits unlimited = new FullSyncPermits(0);

        assertThat(unlimited.request(A)).containsExactly(A);
        assertThat(unlimited.request(B)).containsExactly(B);
        assertThat(unlimited.request(C)).containsExactly(C);
    }

    @Test
    void askingAgainAnswersAHolderAgainAndTakesNothingMore() {
        assertThat(one.request(A)).containsExactly(A);
        assertThat(one.request(A)).containsExactly(A);
        assertThat(one.release("a")).isEmpty();
        assertThat(one.request(B)).containsExactly(B);
    }

    @Test
    void askingAgainWhileWaitingTakesOnePlaceInTheQueue() {
        one.request(A);
        one.request(B);
        one.request(C);
        one.request(B);

        assertThat(one.release("a")).containsExactly(C);
        assertThat(one.release("c")).containsExactly(B);
        assertThat(one.release("b")).isEmpty();
    }

    @Test
    void aShardThatMovedIsAnsweredWhereItIsNow() {
        one.request(A);
        Holder moved = new Holder("a", 3);

        assertThat(one.request(moved)).containsExactly(moved);
        // Its old reader's end takes nothing away from it.
        assertThat(one.forget(0)).isEmpty();
        assertThat(one.request(B)).isEmpty();
        assertThat(one.forget(3)).containsExactly(B);
    }

    @Test
    void aReaderThatIsGoneHoldsAndAwaitsNothing() {
        FullSyncPermits two = new FullSyncPermits(2);
        two.request(A);
        two.request(B);
        two.request(C);
        Holder d = new Holder("d", 0);
        two.request(d);

        assertThat(two.forget(1)).containsExactly(d);
        assertThat(two.release("a")).isEmpty();
    }

    @Test
    void givingBackWhatWasNeverGrantedOnlyEndsTheWaiting() {
        one.request(A);
        one.request(B);

        assertThat(one.release("b")).isEmpty();
        assertThat(one.release("a")).isEmpty();
        assertThat(one.request(C)).containsExactly(C);
    }
}

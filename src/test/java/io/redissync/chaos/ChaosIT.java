package io.redissync.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A minute of what {@code scripts/chaos.sh} does for as long as one likes. */
class ChaosIT {

    private static final long SEED = 20;
    private static final Duration TIME = Duration.ofSeconds(60);

    @Test
    @Timeout(value = 6, unit = TimeUnit.MINUTES)
    void bothSidesEndEqualWhateverHappens() {
        assertThat(new ChaosRun(SEED, TIME, List.of(Fault.values())).run())
                .as("see target/chaos/" + SEED + "/chaos.log")
                .isEqualTo(ChaosRun.Result.EQUAL);
    }
}

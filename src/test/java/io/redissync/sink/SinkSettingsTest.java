package io.redissync.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.redissync.connection.Address;
import io.redissync.connection.ConnectionSettings;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rates of a job are those of its writers together. */
class SinkSettingsTest {

    @ParameterizedTest(name = "{0} shards, {1} subtasks, {2} per second: {3} each")
    @CsvSource({
        "1,4,1000,1000",
        "4,1,1000,1000",
        "4,2,1000,500",
        "3,8,1000,333",
        "3,3,1,1",
        "3,3,0,0"
    })
    void sharesTheRatesAmongTheWritersThatHaveWork(
            int shards, int subtasks, long perSecond, long each) {
        SinkSettings.Limits limits = settings(shards, perSecond).shareOf(subtasks).limits();
        assertThat(limits.commandsPerSecond()).isEqualTo(each);
        assertThat(limits.bytesPerSecond()).isEqualTo(each);
    }

    private static SinkSettings settings(int shards, long perSecond) {
        SinkSettings.Limits defaults = SinkSettings.Limits.defaults();
        return new SinkSettings(
                "rates",
                "instance",
                List.of("0", "1", "2", "3").subList(0, shards),
                new Address("127.0.0.1", 6379),
                ConnectionSettings.plain(),
                Delivery.EXACTLY_ONCE,
                ExistingData.FAIL,
                "shard",
                128,
                Duration.ZERO,
                new SinkSettings.Limits(
                        defaults.batchCommands(),
                        defaults.batchBytes(),
                        defaults.inFlightBatches(),
                        defaults.bufferBytes(),
                        perSecond,
                        perSecond,
                        defaults.retryTimeout()));
    }
}

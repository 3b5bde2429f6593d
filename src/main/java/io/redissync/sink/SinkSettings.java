package io.redissync.sink;

import io.redissync.connection.Address;
import io.redissync.connection.ConnectionSettings;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;

/**
 * Everything that the sink needs to know.
 *
 * @param syncName name of the sync, part of the marker keys
 * @param instance id of this submission of the job
 * @param shards ids of all shards of the sync
 * @param target where to write
 * @param connection how to connect there
 * @param delivery what a batch promises
 * @param existingData what to do with a target that is not empty
 * @param ordering how lanes are made, as markers remember it
 * @param lanes number of lanes (Flink's max parallelism)
 * @param ttlSlack what every expiry is put off by, so that the source's DEL arrives first
 * @param limits bounds of batches and rates
 */
public record SinkSettings(
        String syncName,
        String instance,
        List<String> shards,
        Address target,
        ConnectionSettings connection,
        Delivery delivery,
        ExistingData existingData,
        String ordering,
        int lanes,
        Duration ttlSlack,
        Limits limits)
        implements Serializable {

    public SinkSettings {
        shards = List.copyOf(shards);
    }

    /** Whether one shard alone feeds the target, so that everything there is that shard's. */
    public boolean soleShard() {
        return shards.size() == 1;
    }

    /**
     * The settings of one of several writers that share the rates between them.
     *
     * @param parallelism subtasks of the sink; a shard is written by one of them, so no more of
     *     them have something to do than there are shards
     */
    public SinkSettings shareOf(int parallelism) {
        int writers = Math.min(parallelism, shards.size());
        return new SinkSettings(
                syncName,
                instance,
                shards,
                target,
                connection,
                delivery,
                existingData,
                ordering,
                lanes,
                ttlSlack,
                limits.shareOf(writers));
    }

    /**
     * Bounds of what is on its way to the target.
     *
     * @param batchCommands commands after which a batch is full
     * @param batchBytes bytes after which a batch is full
     * @param inFlightBatches batches sent whose replies are still to come
     * @param bufferBytes bytes of changes accepted and not confirmed, after which writes wait
     * @param commandsPerSecond 0: no limit
     * @param bytesPerSecond 0: no limit
     * @param retryTimeout how long a failing target is retried in place before the job fails over
     */
    public record Limits(
            int batchCommands,
            int batchBytes,
            int inFlightBatches,
            long bufferBytes,
            long commandsPerSecond,
            long bytesPerSecond,
            Duration retryTimeout)
            implements Serializable {

        private Limits shareOf(int writers) {
            return new Limits(
                    batchCommands,
                    batchBytes,
                    inFlightBatches,
                    bufferBytes,
                    share(commandsPerSecond, writers),
                    share(bytesPerSecond, writers),
                    retryTimeout);
        }

        /** At least 1: 0 would be no limit. */
        private static long share(long rate, int writers) {
            return rate == 0 ? 0 : Math.max(1, rate / writers);
        }

        public static Limits defaults() {
            return new Limits(1000, 1 << 20, 8, 16L << 20, 0, 0, Duration.ofMinutes(5));
        }
    }
}

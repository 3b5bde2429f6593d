package io.redissync.source;

import io.redissync.command.TargetProgress;
import io.redissync.connection.ConnectionSettings;
import io.redissync.connection.Shard;
import io.redissync.protocol.psync.AckMode;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;

/**
 * Everything that the source needs to know.
 *
 * @param syncName name of the sync; state of another name is refused
 * @param instance id of this submission of the job
 * @param mode how much is carried over
 * @param shards the source masters
 * @param connection how to connect to them
 * @param psyncCommand name of PSYNC where it was renamed
 * @param acknowledge what is acknowledged to the source
 * @param ordering how lanes are made, as markers remember it
 * @param lanes number of lanes (Flink's max parallelism)
 * @param spoolDir directory of the spool on every TaskManager, or null for a temporary one
 * @param spoolMaxBytes bound of one shard's spool
 * @param spoolSegmentBytes size of a spool segment
 * @param maxConcurrentFullSyncs full resyncs that may be asked for at once; 0: no limit
 * @param progress how far the target got
 * @param startCheck whether the sync may begin
 */
public record SourceSettings(
        String syncName,
        String instance,
        SyncMode mode,
        List<Shard> shards,
        ConnectionSettings connection,
        String psyncCommand,
        AckMode acknowledge,
        String ordering,
        int lanes,
        String spoolDir,
        long spoolMaxBytes,
        long spoolSegmentBytes,
        int maxConcurrentFullSyncs,
        TargetProgress progress,
        StartCheck startCheck)
        implements Serializable {

    public SourceSettings {
        shards = List.copyOf(shards);
    }

    /** The shard as it is configured now: its address may have changed since the state was made. */
    public Optional<Shard> shard(String id) {
        return shards.stream().filter(shard -> shard.id().equals(id)).findFirst();
    }
}

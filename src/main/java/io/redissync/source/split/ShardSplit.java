package io.redissync.source.split;

import io.redissync.command.Position;
import java.util.Objects;
import java.util.Optional;
import org.apache.flink.api.connector.source.SourceSplit;

/**
 * One shard as Flink's unit of source work.
 *
 * @param shard id of the shard; its address is looked up where it is needed, because it may change
 * @param lane the lane that the shard was given once and keeps
 * @param checkpointed where the last checkpoint left it, or null before the first
 */
public record ShardSplit(String shard, int lane, Position checkpointed) implements SourceSplit {

    public ShardSplit {
        Objects.requireNonNull(shard, "shard");
    }

    public Optional<Position> position() {
        return Optional.ofNullable(checkpointed);
    }

    @Override
    public String splitId() {
        return shard;
    }
}

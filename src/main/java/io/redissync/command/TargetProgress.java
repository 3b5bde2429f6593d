package io.redissync.command;

import java.io.IOException;
import java.io.Serializable;
import java.util.Map;

/** Asks the target how far a shard got: the source does not know the sink. */
@FunctionalInterface
public interface TargetProgress extends Serializable {

    /**
     * Reads all markers of a shard.
     *
     * @return marker by lane; empty when the target has none
     * @throws IOException when the target cannot be asked; asking again later may succeed
     */
    Map<Integer, Marker> markersOf(String shard) throws IOException;
}

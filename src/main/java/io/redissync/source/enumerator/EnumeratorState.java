package io.redissync.source.enumerator;

import io.redissync.source.split.ShardSplit;
import java.util.List;

/**
 * What the enumerator has to remember.
 *
 * @param syncName the sync that the state belongs to
 * @param known ids of the shards that were given a split, assigned or not
 * @param unassigned splits that no reader has
 */
public record EnumeratorState(String syncName, List<String> known, List<ShardSplit> unassigned) {

    public EnumeratorState {
        known = List.copyOf(known);
        unassigned = List.copyOf(unassigned);
    }
}

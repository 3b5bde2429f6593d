package io.redissync.operator;

import io.redissync.command.Change;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;

/**
 * Keys a stream by lane: gives every lane a Flink key that hashes to the key group of its number.
 *
 * <p>Use as {@code keyBy(new LaneKeys(M), Types.INT)}, with M set as max parallelism on the
 * operators behind it.
 */
public final class LaneKeys implements KeySelector<Change, Integer> {

    private static final long serialVersionUID = 1L;

    private final int maxParallelism;

    /** Lane to key; boxed once, as Flink asks for the key of every record. */
    private transient Integer[] keys;

    /**
     * Makes the keys when the first is asked for.
     *
     * @param maxParallelism number of lanes and of key groups, 1 to 32768
     */
    public LaneKeys(int maxParallelism) {
        if (maxParallelism < 1
                || maxParallelism > KeyGroupRangeAssignment.UPPER_BOUND_MAX_PARALLELISM) {
            throw new IllegalArgumentException(
                    "max parallelism: " + maxParallelism + " (expected: 1 to 32768)");
        }
        this.maxParallelism = maxParallelism;
    }

    /** The key of a lane: the smallest non-negative number that hashes to its key group. */
    public Integer keyOf(int lane) {
        if (keys == null) {
            keys = search(maxParallelism);
        }
        if (lane < 0 || lane >= maxParallelism) {
            throw new IllegalArgumentException(
                    "lane: " + lane + " (expected: 0 to " + (maxParallelism - 1) + ")");
        }
        return keys[lane];
    }

    @Override
    public Integer getKey(Change change) {
        return keyOf(change.lane());
    }

    /** About M·ln M tries, each a few nanoseconds: 350 000 for the largest M. */
    private static Integer[] search(int maxParallelism) {
        Integer[] found = new Integer[maxParallelism];
        int missing = maxParallelism;
        for (int key = 0; missing > 0; key++) {
            int group = KeyGroupRangeAssignment.assignToKeyGroup(key, maxParallelism);
            if (found[group] == null) {
                found[group] = key;
                missing--;
            }
        }
        return found;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LaneKeys that && maxParallelism == that.maxParallelism;
    }

    @Override
    public int hashCode() {
        return maxParallelism;
    }

    @Override
    public String toString() {
        return "lane of " + maxParallelism;
    }
}

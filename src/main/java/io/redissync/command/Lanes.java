package io.redissync.command;

/** Deals lanes to shards so that the shards lie evenly on the subtasks. */
public final class Lanes {

    private Lanes() {}

    /**
     * The one lane of a shard whose order is total: the first of the shard's share of all lanes.
     *
     * <p>Rounded up, because Flink gives subtask p of P the key groups from ceil(p·M/P) on: rounded
     * down, shards would share a subtask while others stay empty. With more shards than lanes
     * several shards share a lane, and rounding down keeps the result below M.
     *
     * @param shardIndex 0 to {@code shards - 1}
     * @param maxParallelism number of lanes (M)
     * @return 0 to {@code maxParallelism - 1}
     */
    public static int homeLane(int shardIndex, int shards, int maxParallelism) {
        if (shards < 1 || shardIndex < 0 || shardIndex >= shards) {
            throw new IllegalArgumentException(
                    "shard index: "
                            + shardIndex
                            + " of "
                            + shards
                            + " (expected: 0 to shards - 1)");
        }
        if (maxParallelism < 1) {
            throw new IllegalArgumentException(
                    "max parallelism: " + maxParallelism + " (expected: >= 1)");
        }
        long share = (long) shardIndex * maxParallelism;
        return (int) (shards > maxParallelism ? share / shards : (share + shards - 1) / shards);
    }
}

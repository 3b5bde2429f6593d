package io.redissync.operator;

/** Whether all that is written to the target comes through one lane, and so in one order. */
public enum TargetLanes {
    /**
     * One shard in all, with total order: a flush empties what this lane wrote and nothing else.
     */
    ONE,
    /** A flush would also drop what other lanes wrote, at an arbitrary moment of theirs. */
    SEVERAL
}

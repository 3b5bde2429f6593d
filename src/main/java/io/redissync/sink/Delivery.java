package io.redissync.sink;

/** What a batch promises. */
public enum Delivery {
    /** Every batch is a transaction that also swaps the marker: nothing lost, nothing twice. */
    EXACTLY_ONCE,
    /**
     * Plain pipelines, the marker behind the data: nothing lost, after a fault some of it twice.
     */
    AT_LEAST_ONCE
}

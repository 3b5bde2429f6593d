package io.redissync.sink;

/** What a batch promises. */
public enum Delivery {
    /** Every batch is a transaction that also swaps the marker: nothing lost, nothing twice. */
    EXACTLY_ONCE("exactly-once"),
    /**
     * Plain pipelines, the marker behind the data: nothing lost, after a fault some of it twice.
     */
    AT_LEAST_ONCE("at-least-once");

    private final String text;

    Delivery(String text) {
        this.text = text;
    }

    /** As it stands in options. */
    @Override
    public String toString() {
        return text;
    }
}

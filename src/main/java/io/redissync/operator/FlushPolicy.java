package io.redissync.operator;

/**
 * What to do with a command on whole dbs that cannot be carried over exactly ({@code on-flush}).
 */
public enum FlushPolicy {
    /** Stop the job with a message that says what to do. */
    FAIL("fail"),
    /** Leave it out and warn: the target keeps what the source dropped. */
    IGNORE("ignore");

    private final String text;

    FlushPolicy(String text) {
        this.text = text;
    }

    /** As it stands in options. */
    @Override
    public String toString() {
        return text;
    }
}

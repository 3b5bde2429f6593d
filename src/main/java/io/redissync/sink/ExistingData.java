package io.redissync.sink;

/** What to do with a target that holds data before the sync begins. */
public enum ExistingData {
    /** Refuse it. */
    FAIL("fail"),
    /** Write over the keys that the source has too and leave the others. */
    OVERWRITE("overwrite");

    private final String text;

    ExistingData(String text) {
        this.text = text;
    }

    /** As it stands in options. */
    @Override
    public String toString() {
        return text;
    }
}

package io.redissync.sink;

/** What to do with a target that holds data before the sync begins. */
public enum ExistingData {
    /** Refuse it. */
    FAIL,
    /** Write over the keys that the source has too and leave the others. */
    OVERWRITE
}

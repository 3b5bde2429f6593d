package io.redissync.source;

import java.io.IOException;
import java.io.Serializable;

/** Asks, before the first byte is requested of a source, whether the sync may begin at all. */
@FunctionalInterface
public interface StartCheck extends Serializable {

    /**
     * Looks at both ends.
     *
     * @throws IOException when an end cannot be reached or must not be used as it is; the message
     *     says what to do
     */
    void verify() throws IOException;
}

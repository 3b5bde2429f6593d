package io.redissync.operator;

import io.redissync.command.Change;
import io.redissync.command.Marker;
import io.redissync.command.Texts;

/** A key that a transform would turn into one of this product's own keys on the target. */
public final class ReservedKeyException extends ChangeException {

    private static final long serialVersionUID = 1L;

    ReservedKeyException(Change change, byte[] key, byte[] transformed) {
        super(
                change,
                "key " + Texts.printable(key, 64),
                "would become "
                        + Texts.printable(transformed, 64)
                        + ", and keys that begin with "
                        + Marker.KEY_PREFIX
                        + " are the product's own",
                "change the prefix rules or filter the key out",
                null);
    }
}

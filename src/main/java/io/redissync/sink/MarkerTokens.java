package io.redissync.sink;

import java.security.SecureRandom;
import java.util.HexFormat;

/** Makes the marker's tokens: 96 random bits per writer and a counter, never the same twice. */
final class MarkerTokens {

    private final String prefix;
    private long counter;

    MarkerTokens() {
        byte[] random = new byte[12];
        new SecureRandom().nextBytes(random);
        prefix = HexFormat.of().formatHex(random);
    }

    String next() {
        return prefix + '-' + Long.toString(counter++, Character.MAX_RADIX);
    }
}

package io.redissync.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Bytes of a released version, kept as a resource: one line of hex per value, # for comments. */
public final class HexFixture {

    private HexFixture() {}

    /**
     * Reads the lines of a fixture that lies beside a class.
     *
     * @throws IOException when there is none
     */
    public static List<String> lines(Class<?> beside, String name) throws IOException {
        try (InputStream in = beside.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException("fixture " + name + " beside " + beside + ": not found");
            }
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toList();
        }
    }
}

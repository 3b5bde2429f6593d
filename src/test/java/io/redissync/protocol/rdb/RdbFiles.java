package io.redissync.protocol.rdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The RDB files among the test resources, and ways to read an RDB. */
final class RdbFiles {

    private RdbFiles() {}

    static List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src/test/resources/rdb"))) {
            List<String> names = files.map(f -> f.getFileName().toString()).sorted().toList();
            assertThat(names).as("RDB files").hasSizeGreaterThan(30);
            return names;
        }
    }

    static byte[] bytes(String name) {
        try (InputStream in = RdbFiles.class.getResourceAsStream("/rdb/" + name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("reading test file " + name, e);
        }
    }

    /** Gives at most {@code chunk} bytes at a time. */
    static RdbInput input(byte[] rdb, int chunk) {
        int[] at = {0};
        return (dst, off, length) -> {
            int n = Math.min(Math.min(length, chunk), rdb.length - at[0]);
            if (n == 0) {
                return -1;
            }
            System.arraycopy(rdb, at[0], dst, off, n);
            at[0] += n;
            return n;
        };
    }

    static RdbReader reader(byte[] rdb) {
        return new RdbReader(input(rdb, Integer.MAX_VALUE));
    }

    static List<RdbItem> items(RdbReader reader) throws IOException {
        List<RdbItem> items = new ArrayList<>();
        for (RdbItem item = reader.next(); item != null; item = reader.next()) {
            items.add(item);
        }
        return items;
    }

    static List<RdbItem> items(byte[] rdb) throws IOException {
        return items(reader(rdb));
    }

    static List<RdbItem.Key> keys(byte[] rdb) throws IOException {
        List<RdbItem.Key> keys = new ArrayList<>();
        for (RdbItem item : items(rdb)) {
            if (item instanceof RdbItem.Key key) {
                keys.add(key);
            }
        }
        return keys;
    }

    /** Records compare arrays by identity: this makes them comparable. */
    static List<String> texts(List<RdbItem> items) {
        return items.stream()
                .map(
                        item -> {
                            if (item instanceof RdbItem.Key key) {
                                return "db "
                                        + key.db()
                                        + " "
                                        + Arrays.toString(key.entry().key())
                                        + " type "
                                        + key.entry().type()
                                        + " "
                                        + Arrays.toString(key.entry().value())
                                        + " expires "
                                        + key.entry().expireAtMillis()
                                        + " idle "
                                        + key.entry().idleSeconds()
                                        + " freq "
                                        + key.entry().frequency();
                            }
                            if (item instanceof RdbItem.Aux aux) {
                                return aux.name() + "=" + Arrays.toString(aux.value());
                            }
                            if (item instanceof RdbItem.Function function) {
                                return "function " + Arrays.toString(function.library());
                            }
                            return item.toString();
                        })
                .toList();
    }
}

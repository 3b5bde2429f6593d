package io.redissync.protocol.rdb;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each file holds: files of Redis 2.0 to 7.0 and of the unstable versions between them. */
class RdbCorpusTest {

    /** File, RDB version, keys, bytes of the RDB, number of keys by db and type. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    dictionary.rdb                                |  3 |  1 | 102032 | {0:4=1}
                    easily_compressible_string_key.rdb            |  3 |  1 |     64 | {0:0=1}
                    empty_database.rdb                            |  3 |  0 |     10 | {}
                    hash_as_ziplist.rdb                           |  4 |  1 |     85 | {0:13=1}
                    integer_keys.rdb                              |  3 |  6 |    182 | {0:0=6}
                    intset_16.rdb                                 |  3 |  1 |     38 | {0:11=1}
                    intset_32.rdb                                 |  3 |  1 |     44 | {0:11=1}
                    intset_64.rdb                                 |  3 |  1 |     56 | {0:11=1}
                    keys_with_expiry.rdb                          |  4 |  1 |     71 | {0:0=1}
                    linkedlist.rdb                                |  3 |  1 |  51032 | {0:1=1}
                    multiple_databases.rdb                        |  3 |  2 |     74 | {0:0=1, 2:0=1}
                    non_ascii_values.rdb                          |  7 |  6 |    202 | {0:0=6}
                    parser_filters.rdb                            |  2 | 43 |   1152 | {0:0=18, 0:1=1, 0:10=11, 0:11=3, 0:12=4, 0:2=3, 0:4=1, 0:9=2}
                    rdb_version_5_with_checksum.rdb               |  5 |  6 |    128 | {0:0=6}
                    rdb_version_8_with_64b_length_and_scores.rdb  |  8 |  2 |  32305 | {0:0=1, 0:5=1}
                    redis-corrupt_empty_keys.rdb                  | 10 |  0 |    280 | {}
                    redis-corrupt_ziplist.rdb                     |  7 | 54 |   1415 | {0:0=52, 0:13=1, 0:14=1}
                    redis-encodings.rdb                           |  4 | 13 |    667 | {0:0=3, 0:1=1, 0:10=1, 0:11=3, 0:12=1, 0:13=1, 0:2=1, 0:3=1, 0:4=1}
                    redis-hash-ziplist.rdb                        |  9 |  1 |    137 | {0:13=1}
                    redis-hash-zipmap.rdb                         |  3 |  1 |     35 | {0:9=1}
                    redis-list-quicklist.rdb                      |  8 |  2 |    123 | {0:0=1, 0:14=1}
                    redis-scriptbackup.rdb                        | 10 |  0 |    225 | {}
                    redis-zset-ziplist.rdb                        | 10 |  1 |    135 | {0:12=1}
                    redis_40_with_module.rdb                      |  8 |  2 |    248 | {0:0=1, 0:7=1}
                    redis_50_with_streams.rdb                     |  9 | 14 |   1060 | {0:0=3, 0:11=3, 0:12=2, 0:13=2, 0:14=2, 0:15=1, 0:2=1}
                    redis_60_with_module_aux.rdb                  |  9 |  0 |    122 | {}
                    regular_set.rdb                               |  3 |  1 |     59 | {0:2=1}
                    regular_sorted_set.rdb                        |  3 |  1 |  33471 | {0:3=1}
                    sorted_set_as_ziplist.rdb                     |  3 |  1 |    178 | {0:12=1}
                    uncompressible_string_keys.rdb                |  3 |  3 |  32604 | {0:0=3}
                    ziplist_that_compresses_easily.rdb            |  3 |  1 |    103 | {0:10=1}
                    ziplist_that_doesnt_compress.rdb              |  3 |  1 |    125 | {0:10=1}
                    ziplist_with_integers.rdb                     |  6 |  1 |    130 | {0:10=1}
                    zipmap_that_compresses_easily.rdb             |  3 |  1 |     73 | {0:9=1}
                    zipmap_that_doesnt_compress.rdb               |  3 |  1 |     60 | {0:9=1}
                    zipmap_with_big_values.rdb                    |  6 |  1 |  20923 | {0:13=1}
                    """)
    void holds(String file, int version, int keys, long length, String types) throws IOException {
        RdbReader reader = RdbFiles.reader(RdbFiles.bytes(file));
        TreeMap<String, Integer> found = new TreeMap<>();
        int count = 0;
        long before = 0;
        for (RdbItem item = reader.next(); item != null; item = reader.next()) {
            assertThat(reader.position()).isGreaterThan(before);
            before = reader.position();
            if (item instanceof RdbItem.Key key) {
                assertThat(key.entry().rdbVersion()).isEqualTo(version);
                found.merge(key.db() + ":" + key.entry().type(), 1, Integer::sum);
                count++;
            }
        }

        assertThat(reader.flavor()).isEqualTo(RdbFlavor.REDIS);
        assertThat(reader.version()).isEqualTo(version);
        assertThat(count).isEqualTo(keys);
        assertThat(found).hasToString(types);
        assertThat(reader.position()).isEqualTo(length);
        assertThat(reader.next()).isNull();
    }

    @Test
    void everyFileIsInTheTable() throws IOException {
        assertThat(RdbFiles.names()).hasSize(36);
    }

    @Test
    void decodesKeysThatAreStoredAsIntegers() throws IOException {
        assertThat(keysOf("integer_keys.rdb"))
                .containsExactly("183358245", "125", "-29477", "-123", "43947", "-183358245");
    }

    @Test
    void decodesKeysThatAreCompressed() throws IOException {
        assertThat(keysOf("easily_compressible_string_key.rdb")).containsExactly("a".repeat(200));
        assertThat(keysOf("uncompressible_string_keys.rdb"))
                .extracting(String::length)
                .containsExactly(16382, 60, 16386);
    }

    @Test
    void readsTheExpiryInMilliseconds() throws IOException {
        RdbItem.Key key = RdbFiles.keys(RdbFiles.bytes("keys_with_expiry.rdb")).get(0);

        assertThat(new String(key.entry().key(), US_ASCII)).isEqualTo("expires_ms_precision");
        // 2022-12-25 10:11:12.573 UTC, which the value says too.
        assertThat(key.entry().expireAtMillis()).isEqualTo(1671963072573L);
        assertThat(new String(key.entry().value(), 1, 27, US_ASCII))
                .isEqualTo("2022-12-25 10:11:12.573 UTC");
    }

    @Test
    void keepsTheValueAsItStandsInTheFile() throws IOException {
        byte[] rdb = RdbFiles.bytes("redis-hash-zipmap.rdb");
        RdbItem.Key key = RdbFiles.keys(rdb).get(0);

        // Magic, SELECTDB 0, type, "hash" before it; EOF behind it.
        assertThat(key.entry().value()).isEqualTo(java.util.Arrays.copyOfRange(rdb, 17, 34));
    }

    @Test
    void leavesOutCollectionsWithoutElementsAsAReplicaDoes() throws IOException {
        RdbReader reader = RdbFiles.reader(RdbFiles.bytes("redis-corrupt_empty_keys.rdb"));

        assertThat(RdbFiles.items(reader)).noneMatch(RdbItem.Key.class::isInstance);
        assertThat(reader.emptyKeys()).isEqualTo(9);
    }

    @Test
    void givesScriptsAndTheSelectedDbAsAuxFields() throws IOException {
        List<RdbItem> items = RdbFiles.items(RdbFiles.bytes("redis-scriptbackup.rdb"));

        assertThat(aux(items, "lua")).isEqualTo("return redis.call('set', 'foo', 'bar')");
        assertThat(aux(items, "repl-stream-db")).isEqualTo("0");
        assertThat(
                        aux(
                                RdbFiles.items(RdbFiles.bytes("redis_40_with_module.rdb")),
                                "repl-stream-db"))
                .isEqualTo("-1");
    }

    @Test
    void namesTheModuleWhoseDataItSkips() throws IOException {
        assertThat(RdbFiles.items(RdbFiles.bytes("redis_60_with_module_aux.rdb")))
                .contains(new RdbItem.ModuleAux("test__rdb", 2));
    }

    @Test
    void givesTheSizesOfTheDbs() throws IOException {
        assertThat(RdbFiles.items(RdbFiles.bytes("redis_50_with_streams.rdb")))
                .contains(new RdbItem.DbSize(0, 14, 0));
    }

    private static List<String> keysOf(String file) throws IOException {
        return RdbFiles.keys(RdbFiles.bytes(file)).stream()
                .map(key -> new String(key.entry().key(), US_ASCII))
                .toList();
    }

    private static String aux(List<RdbItem> items, String name) {
        for (RdbItem item : items) {
            if (item instanceof RdbItem.Aux aux && aux.name().equals(name)) {
                return new String(aux.value(), US_ASCII);
            }
        }
        throw new AssertionError("no AUX field " + name);
    }
}

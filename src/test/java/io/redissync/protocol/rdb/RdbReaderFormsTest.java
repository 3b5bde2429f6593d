package io.redissync.protocol.rdb;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.redissync.command.SnapshotEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every value type and opcode, written by hand as rdb.c of Redis 7.4 and Valkey 9 lay them out. */
class RdbReaderFormsTest {

    private static final long AT = 1_700_000_000_000L;

    /** A value of a type; {@code write} adds its bytes. */
    private record Form(String magic, int type, String name, Consumer<RdbBytes> write) {

        byte[] value() {
            RdbBytes bytes = new RdbBytes("");
            write.accept(bytes);
            return bytes.bytes();
        }

        @Override
        public String toString() {
            return magic + " type " + type + ", " + name;
        }
    }

    private static Form redis(int type, String name, Consumer<RdbBytes> write) {
        return new Form("REDIS0012", type, name, write);
    }

    static List<Form> forms() {
        List<Form> forms = new ArrayList<>();
        forms.add(redis(0, "string of 14 bits", b -> b.str("x".repeat(300))));
        forms.add(redis(0, "string of 32 bits", b -> b.str("x".repeat(20_000))));
        forms.add(redis(0, "string of 64 bits", b -> b.len64(3).text("abc")));
        forms.add(redis(0, "int8", b -> b.u8(0xc0, 0xff)));
        forms.add(redis(0, "int16", b -> b.u8(0xc1, 1, 2)));
        forms.add(redis(0, "int32", b -> b.u8(0xc2, 1, 2, 3, 4)));
        forms.add(redis(0, "compressed", b -> b.u8(0xc3).len(3).len(2).u8(1).text("ab")));
        forms.add(redis(0, "empty string", b -> b.str("")));
        forms.add(redis(1, "list", b -> b.len(3).str("a").u8(0xc0, 5).str("c")));
        forms.add(redis(2, "set, count of 64 bits", b -> b.len64(2).str("a").str("b")));
        forms.add(
                redis(
                        3,
                        "sorted set with scores as text",
                        b -> {
                            b.len(4).str("a").u8(3).text("1.5");
                            b.str("nan").u8(253).str("inf").u8(254).str("-inf").u8(255);
                        }));
        forms.add(redis(4, "hash", b -> b.len(2).str("f").str("v").str("g").u8(0xc0, 1)));
        forms.add(redis(5, "sorted set", b -> b.len(2).str("a").le8(1).str("b").le8(2)));
        forms.add(
                redis(
                        7,
                        "module value with every kind of field",
                        b -> {
                            b.len64(0xb5eb2dfffadd6c01L);
                            b.len(1).len(-5).len(2).len(7).len(3).u8(1, 2, 3, 4);
                            b.len(4).le8(9).len(5).str("text").len(0);
                        }));
        for (int type : new int[] {9, 10, 11, 12, 13, 16, 17, 20}) {
            forms.add(redis(type, "one blob", b -> b.str("0123456789abcdef")));
        }
        forms.add(redis(14, "list of ziplists", b -> b.len(2).str("0123456789ab").str("z")));
        forms.add(
                redis(
                        18,
                        "list of a plain and a packed node",
                        b -> b.len(2).len(1).str("plain").len(2).str("packed")));
        forms.add(redis(15, "stream", b -> stream(b, 1)));
        forms.add(redis(19, "stream 2", b -> stream(b, 2)));
        forms.add(redis(21, "stream 3", b -> stream(b, 3)));
        forms.add(redis(15, "stream without anything", b -> b.len(0).len(0).len(0).len(0).len(0)));
        forms.add(
                redis(
                        22,
                        "hash with field expiry of a 7.4 candidate",
                        b -> b.len(2).len(AT).str("f").str("v").len(0).str("g").str("w")));
        forms.add(redis(23, "the same as a listpack", b -> b.str("0123456789")));
        forms.add(
                redis(
                        24,
                        "hash with field expiry",
                        b -> {
                            b.le8(AT).len(3).len(1).str("f").str("v");
                            b.len(0).str("g").str("w").len(70_000).str("h").u8(0xc0, 3);
                        }));
        forms.add(redis(25, "the same as a listpack", b -> b.le8(AT).str("0123456789")));
        forms.add(
                new Form(
                        "VALKEY080",
                        22,
                        "hash with field expiry",
                        b -> b.len(2).str("f").str("v").le8(AT).str("g").str("w").le8(-1)));
        return forms;
    }

    private static void stream(RdbBytes b, int version) {
        b.len(2).str("0123456789abcdef").str("listpack").str("fedcba9876543210").str("listpack");
        b.len(2).len(AT).len(-1);
        if (version > 1) {
            b.len(AT).len(0).len(0).len(0).len(-1);
        }
        b.len(2);
        for (String group : new String[] {"first", "second"}) {
            b.str(group).len(AT).len(1);
            if (version > 1) {
                b.len(-1);
            }
            b.len(2);
            for (int i = 0; i < 2; i++) {
                b.text("0123456789abcdef").le8(AT).len(1);
            }
            b.len(2);
            for (int consumer = 0; consumer < 2; consumer++) {
                b.str("consumer" + consumer).le8(AT);
                if (version == 3) {
                    b.le8(AT);
                }
                b.len(consumer);
                for (int i = 0; i < consumer; i++) {
                    b.text("0123456789abcdef");
                }
            }
        }
    }

    /** All value types and opcodes of the magic REDIS in one RDB. */
    static byte[] everyForm() {
        RdbBytes rdb = new RdbBytes("REDIS0012");
        rdb.u8(250).str("redis-ver").str("7.4.0").u8(250).str("redis-bits").u8(0xc0, 64);
        rdb.u8(245).str("#!lua name=lib");
        rdb.u8(247).len64(0xb5eb2dfffadd6c01L).len(2).len(1).len(5).str("x").len(1).len(3).len(0);
        rdb.u8(254).len(3).u8(251).len(100).len(7).u8(244).len(16383).len(20).len(70_000);
        int number = 0;
        for (Form form : forms()) {
            if (form.magic.startsWith("REDIS")) {
                rdb.u8(252).le8(AT + number);
                rdb.u8(248).len(number * 100L).u8(249).u8(number);
                rdb.key(form.type, "key" + number++).raw(form.value());
            }
        }
        return rdb.end();
    }

    @ParameterizedTest
    @MethodSource("forms")
    void findsTheEndOfTheValue(Form form) throws IOException {
        byte[] rdb =
                new RdbBytes(form.magic)
                        .key(form.type, "before")
                        .raw(form.value())
                        .key(0, "after")
                        .str("v")
                        .end();

        List<RdbItem.Key> keys = RdbFiles.keys(rdb);

        assertThat(keys).hasSize(2);
        assertThat(keys.get(0).entry().type()).isEqualTo(form.type);
        assertThat(keys.get(0).entry().value()).isEqualTo(form.value());
        assertThat(keys.get(1).entry().key()).isEqualTo("after".getBytes(ISO_8859_1));
    }

    @Test
    void readsEveryFormInOneRdb() throws IOException {
        List<RdbItem> items = RdbFiles.items(everyForm());

        long redisForms = forms().stream().filter(f -> f.magic.startsWith("REDIS")).count();
        assertThat(items.stream().filter(RdbItem.Key.class::isInstance)).hasSize((int) redisForms);
        assertThat(items)
                .contains(new RdbItem.DbSize(3, 100, 7), new RdbItem.ModuleAux("test__rdb", 1));
        assertThat(RdbFiles.texts(items))
                .anyMatch(text -> text.startsWith("function [35, 33, 108"));
        RdbItem.Key key = (RdbItem.Key) items.get(items.size() - 1);
        assertThat(key.db()).isEqualTo(3);
        assertThat(key.entry().expireAtMillis()).isEqualTo(AT + redisForms - 1);
        assertThat(key.entry().idleSeconds()).isEqualTo((redisForms - 1) * 100);
        assertThat(key.entry().frequency()).isEqualTo((int) redisForms - 1);
    }

    @Test
    void expiryIdleTimeAndFrequencyBelongToOneKeyOnly() throws IOException {
        byte[] rdb =
                new RdbBytes("REDIS0009")
                        .u8(253, 1, 2, 0, 0)
                        .key(0, "a")
                        .str("1")
                        .key(0, "b")
                        .str("2")
                        .end();

        List<RdbItem.Key> keys = RdbFiles.keys(rdb);

        assertThat(keys.get(0).entry().expireAtMillis()).isEqualTo(513_000L);
        assertThat(keys.get(1).entry())
                .isEqualTo(
                        new SnapshotEntry(
                                new byte[] {'b'}, 0, new byte[] {1, '2'}, 9, -1L, -1L, -1));
    }

    @Test
    void readsTheVersionAndFlavorOfTheMagic() throws IOException {
        RdbReader reader = RdbFiles.reader(new RdbBytes("VALKEY080").end());

        assertThat(reader.next()).isNull();
        assertThat(reader.flavor()).isEqualTo(RdbFlavor.VALKEY);
        assertThat(reader.version()).isEqualTo(80);
    }

    @Test
    void skipsTheSlotsThatAValkeyImports() throws IOException {
        byte[] rdb =
                new RdbBytes("VALKEY080")
                        .u8(243)
                        .str("j".repeat(40))
                        .len(2)
                        .len(0)
                        .len(100)
                        .len(16_000)
                        .len(16_383)
                        .key(0, "k")
                        .str("v")
                        .end();

        assertThat(RdbFiles.keys(rdb)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"MEMCACHE1", "REDIS00x1", "REDIS0000", "VALKEY0a0", "redis0011"})
    void refusesAnotherMagic(String magic) {
        assertThatThrownBy(() -> RdbFiles.items(new RdbBytes(magic).end()))
                .isInstanceOf(RdbFormatException.class)
                .hasMessageContaining("\"" + magic + "\"")
                .hasMessageContaining("expected: REDIS and four digits or VALKEY and three");
    }

    @Test
    void namesAnUnknownValueTypeItsPositionDbAndKey() {
        RdbBytes rdb = new RdbBytes("REDIS0013").u8(254).len(2).key(99, "strange\n").str("v");

        assertThatThrownBy(() -> RdbFiles.items(rdb.end()))
                .isInstanceOf(RdbFormatException.class)
                .hasMessage(
                        "RDB byte 11, db 2, key \"strange\\x0a\": unknown value type 99 under the"
                                + " magic REDIS, RDB version 13");
    }

    @Test
    void readsTypesByTheMagic() {
        assertThatThrownBy(
                        () ->
                                RdbFiles.items(
                                        new RdbBytes("VALKEY080").key(24, "hash").le8(1).end()))
                .isInstanceOf(RdbFormatException.class)
                .hasMessageContaining("key \"hash\": unknown value type 24 under the magic VALKEY");
    }

    @Test
    void refusesWhatCannotBeCarried() {
        refused(
                new RdbBytes("REDIS0008").key(6, "mod"),
                "key \"mod\": a module value of a Redis 4.0");
        refused(new RdbBytes("REDIS0010").u8(246).str("f"), "a function of a Redis 7.0 release");
        refused(new RdbBytes("REDIS0013").u8(243).len(1), "module metadata of a key (opcode 243)");
        refused(new RdbBytes("REDIS0013").u8(242), "RDB byte 9, db 0: unknown opcode 242");
    }

    @Test
    void refusesWhatIsMalformed() {
        refused(new RdbBytes("REDIS0011").key(7, "m").len(1).len(6), "module opcode 6");
        refused(new RdbBytes("REDIS0011").key(18, "l").len(1).len(3), "list node container 3");
        refused(new RdbBytes("REDIS0011").u8(247).len(1).len(1).len(1), "module opcode 1");
        refused(new RdbBytes("REDIS0011").key(1, "l").len(-1), "number of elements is 18446744073");
        refused(new RdbBytes("REDIS0011").key(1, "l").u8(0x82), "length begins with 0x82");
        refused(new RdbBytes("REDIS0011").key(0, "s").u8(0xc4), "string encoding 0xc4");
        refused(new RdbBytes("REDIS0011").u8(254).len64(1L << 40), "db 1099511627776");
        refused(
                new RdbBytes("REDIS0011").u8(0, 0xc3).len(2).len(1000).u8(0, 0),
                "LZF string of 2 bytes claims a length of 1000");
    }

    @ParameterizedTest
    @ValueSource(longs = {Integer.MAX_VALUE, 1L << 40, -1})
    void refusesAValueThatNoArrayHolds(long length) {
        String digits = Long.toUnsignedString(length).substring(0, 8);

        refused(new RdbBytes("REDIS0011").key(0, "huge").len64(length), "key \"huge\": a value of");
        refused(new RdbBytes("REDIS0011").key(0, "huge").len64(length), digits);
        refused(
                new RdbBytes("REDIS0011").key(0, "huge").len64(length),
                "this version carries values of up to 2147483584 bytes");
    }

    private static void refused(RdbBytes rdb, String message) {
        assertThatThrownBy(() -> RdbFiles.items(rdb.bytes()))
                .isInstanceOf(RdbFormatException.class)
                .hasMessageContaining(message);
    }
}

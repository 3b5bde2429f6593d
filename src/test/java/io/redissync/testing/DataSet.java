package io.redissync.testing;

import io.redissync.command.Marker;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** Lists what a server holds: its dbs and their keys, markers left out. */
final class DataSet {

    private DataSet() {}

    /** The numbers of the dbs that hold a key on either server, in order. */
    static SortedSet<Integer> dbs(RedisServer one, RedisServer other) {
        SortedSet<Integer> dbs = new TreeSet<>(dbs(one));
        dbs.addAll(dbs(other));
        return dbs;
    }

    private static SortedSet<Integer> dbs(RedisServer server) {
        try (RawConnection connection = new RawConnection(server)) {
            SortedSet<Integer> dbs = new TreeSet<>();
            RawConnection.text(connection.call("INFO", "keyspace"))
                    .lines()
                    .filter(line -> line.matches("db\\d+:.*"))
                    .forEach(
                            line ->
                                    dbs.add(
                                            Integer.parseInt(
                                                    line.substring(2, line.indexOf(':')))));
            return dbs;
        }
    }

    /** The keys of the db that the connection has selected, without those of the product. */
    static SortedSet<String> keys(RawConnection connection) {
        SortedSet<String> keys = new TreeSet<>(scan(connection, "*"));
        keys.removeIf(key -> key.startsWith(Marker.KEY_PREFIX));
        return keys;
    }

    /** The keys that match a glob pattern in the db that the connection has selected. */
    static List<String> scan(RawConnection connection, String pattern) {
        SortedSet<String> keys = new TreeSet<>();
        String cursor = "0";
        do {
            List<?> reply =
                    (List<?>) connection.call("SCAN", cursor, "MATCH", pattern, "COUNT", "1000");
            cursor = RawConnection.text(reply.get(0));
            for (Object key : (List<?>) reply.get(1)) {
                keys.add(RawConnection.text(key));
            }
        } while (!cursor.equals("0"));
        return new ArrayList<>(keys);
    }

    /** Bytes as one line: what is not printable as hexadecimal escapes, long ones cut. */
    static String printable(String raw, int limit) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < Math.min(raw.length(), limit); i++) {
            char c = raw.charAt(i);
            if (c >= ' ' && c < 127) {
                line.append(c);
            } else {
                line.append(String.format("\\x%02x", (int) c));
            }
        }
        if (raw.length() > limit) {
            line.append("… (").append(raw.length()).append(" bytes)");
        }
        return line.toString();
    }
}

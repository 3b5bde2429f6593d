package io.redissync.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** Finds the keys whose values differ between two servers, and shows both values. */
final class KeyDiff {

    private static final int CHUNK = 500;
    private static final int SHOWN_BYTES = 160;
    private static final int SHOWN_BEFORE = 40;

    private final RedisServer source;
    private final RedisServer target;
    private final int limitPerDb;
    private final boolean digestPerKey;

    KeyDiff(RedisServer source, RedisServer target, int limitPerDb) {
        this.source = source;
        this.target = target;
        this.limitPerDb = limitPerDb;
        // DEBUG DIGEST-VALUE came with 5.0.
        this.digestPerKey = source.binary().isAtLeast(5, 0) && target.binary().isAtLeast(5, 0);
    }

    /**
     * One line per differing key, at most so many of a db, and a line with the count of the rest.
     */
    List<String> describe() {
        List<String> lines = new ArrayList<>();
        try (RawConnection atSource = new RawConnection(source);
                RawConnection atTarget = new RawConnection(target)) {
            for (int db : DataSet.dbs(source, target)) {
                atSource.call("SELECT", Integer.toString(db));
                atTarget.call("SELECT", Integer.toString(db));
                describeDb(db, atSource, atTarget, lines);
            }
        }
        if (lines.isEmpty()) {
            lines.add("(no key differs any more)");
        }
        return lines;
    }

    private void describeDb(
            int db, RawConnection atSource, RawConnection atTarget, List<String> lines) {
        SortedSet<String> all = new TreeSet<>(DataSet.keys(atSource));
        all.addAll(DataSet.keys(atTarget));
        List<String> keys = new ArrayList<>(all);
        int differing = 0;
        for (int from = 0; from < keys.size(); from += CHUNK) {
            List<String> chunk = keys.subList(from, Math.min(keys.size(), from + CHUNK));
            List<String> left = fingerprints(atSource, chunk);
            List<String> right = fingerprints(atTarget, chunk);
            for (int i = 0; i < chunk.size(); i++) {
                if (left.get(i).equals(right.get(i))) {
                    continue;
                }
                if (differing >= limitPerDb) {
                    differing++;
                    continue;
                }
                String key = chunk.get(i);
                String sourceValue = value(atSource, key);
                String targetValue = value(atTarget, key);
                // Equal by now: it expired between the two fingerprints.
                if (!sourceValue.equals(targetValue)) {
                    differing++;
                    lines.add(
                            "db "
                                    + db
                                    + " key "
                                    + DataSet.printable(key, SHOWN_BYTES)
                                    + both(sourceValue, targetValue));
                }
            }
        }
        if (differing > limitPerDb) {
            lines.add("db " + db + ": " + (differing - limitPerDb) + " more keys differ");
        }
    }

    private List<String> fingerprints(RawConnection connection, List<String> keys) {
        if (!digestPerKey) {
            return keys.stream().map(key -> value(connection, key)).toList();
        }
        keys.forEach(key -> connection.queue("DEBUG", "DIGEST-VALUE", key));
        return connection.replies().stream()
                .map(reply -> RawConnection.text(((List<?>) reply).get(0)))
                .toList();
    }

    /** Both values from shortly before the place where they part. */
    private static String both(String atSource, String atTarget) {
        int parting = 0;
        int shorter = Math.min(atSource.length(), atTarget.length());
        while (parting < shorter && atSource.charAt(parting) == atTarget.charAt(parting)) {
            parting++;
        }
        int from = Math.max(0, parting - SHOWN_BEFORE);
        return "\n    source: " + show(atSource, from) + "\n    target: " + show(atTarget, from);
    }

    private static String show(String value, int from) {
        int typeEnd = value.indexOf("[");
        if (from <= typeEnd || typeEnd < 0) {
            return DataSet.printable(value, SHOWN_BYTES);
        }
        return value.substring(0, typeEnd)
                + "… "
                + DataSet.printable(value.substring(from), SHOWN_BYTES);
    }

    /** Type and content in an order that does not depend on the encoding, or "missing". */
    private static String value(RawConnection connection, String key) {
        String type = RawConnection.text(connection.call("TYPE", key));
        String content =
                switch (type) {
                    case "none" -> null;
                    case "string" -> RawConnection.text(connection.call("GET", key));
                    case "list" -> flat(connection.call("LRANGE", key, "0", "-1"), 1, Order.KEPT);
                    case "set" -> flat(connection.call("SMEMBERS", key), 1, Order.SORTED);
                    case "hash" -> flat(connection.call("HGETALL", key), 2, Order.SORTED);
                    case "zset" ->
                            flat(
                                    connection.call("ZRANGE", key, "0", "-1", "WITHSCORES"),
                                    2,
                                    Order.KEPT);
                    case "stream" -> flat(connection.call("XRANGE", key, "-", "+"), 1, Order.KEPT);
                    default ->
                            throw new IllegalStateException(
                                    "compare key "
                                            + DataSet.printable(key, SHOWN_BYTES)
                                            + ": type "
                                            + type
                                            + " (expected: one that this comparison knows)");
                };
        if (content == null) {
            return "missing";
        }
        boolean expires = ((Long) connection.call("PTTL", key)) != -1;
        return type + (expires ? ", expires, " : ", ") + content;
    }

    private enum Order {
        KEPT,
        SORTED
    }

    private static String flat(Object reply, int step, Order order) {
        List<?> elements = (List<?>) reply;
        List<String> groups = new ArrayList<>();
        for (int i = 0; i < elements.size(); i += step) {
            StringBuilder group = new StringBuilder();
            for (int j = i; j < Math.min(elements.size(), i + step); j++) {
                group.append(j > i ? "=" : "").append(nested(elements.get(j)));
            }
            groups.add(group.toString());
        }
        if (order == Order.SORTED) {
            groups.sort(null);
        }
        return groups + " " + groups.size() + " elements";
    }

    private static String nested(Object reply) {
        return reply instanceof List<?> list
                ? list.stream().map(KeyDiff::nested).toList().toString()
                : RawConnection.text(reply);
    }
}

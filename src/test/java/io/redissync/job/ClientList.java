package io.redissync.job;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import redis.clients.jedis.Jedis;

/** The clients of a server, as CLIENT LIST shows them. */
final class ClientList {

    /** One map of fields (id, name, flags, omem, …) per client. */
    static List<Map<String, String>> of(Jedis jedis) {
        return jedis.clientList().lines().map(ClientList::fields).toList();
    }

    private static Map<String, String> fields(String line) {
        Map<String, String> fields = new HashMap<>();
        Arrays.stream(line.split(" "))
                .map(field -> field.split("=", 2))
                .filter(pair -> pair.length == 2)
                .forEach(pair -> fields.put(pair[0], pair[1]));
        return fields;
    }

    private ClientList() {}
}

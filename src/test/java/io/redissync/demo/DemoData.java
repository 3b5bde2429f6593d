package io.redissync.demo;

import io.redissync.testing.RedisServer;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.StreamEntryID;

/** Fills a server with a small shop: something of every type, in several dbs, from a fixed seed. */
final class DemoData {

    private static final int[] DBS = {0, 1, 7};
    private static final int USERS = 3_000;
    private static final int SYNC_EVERY = 500;

    private DemoData() {}

    /** Returns the number of keys written. */
    static long fill(RedisServer server) {
        long keys = 0;
        for (int db : DBS) {
            try (Jedis jedis = server.jedis(db)) {
                fillDb(server, jedis, new Random(db));
                keys += jedis.dbSize();
            }
        }
        return keys;
    }

    private static void fillDb(RedisServer server, Jedis jedis, Random random) {
        boolean streams = server.binary().isAtLeast(5, 0);
        try (Pipeline pipeline = jedis.pipelined()) {
            for (int user = 0; user < USERS; user++) {
                pipeline.set("name:" + user, "user number " + user);
                Map<String, String> profile = new HashMap<>();
                profile.put("visits", Integer.toString(random.nextInt(1_000)));
                profile.put("city", "city " + random.nextInt(50));
                pipeline.hset("profile:" + user, profile);
                pipeline.setex("session:" + user, 600 + random.nextInt(3_000), token(random));
                pipeline.zadd("ranking", random.nextInt(100_000) / 8.0, "user:" + user);
                pipeline.sadd("city:" + random.nextInt(50), "user:" + user);
                pipeline.rpush("orders:" + user % 100, "order " + random.nextInt(1_000_000));
                if (streams) {
                    pipeline.xadd(
                            "events",
                            StreamEntryID.NEW_ENTRY,
                            Map.of("user", Integer.toString(user), "event", "login"));
                }
                if (user % SYNC_EVERY == 0) {
                    pipeline.sync();
                }
            }
            byte[] binary = new byte[10_000];
            random.nextBytes(binary);
            pipeline.set(new byte[] {'i', 'm', 'g', 0, (byte) 0xff}, binary);
            pipeline.set("text", "all work and no play ".repeat(2_000));
            pipeline.sync();
        }
    }

    private static String token(Random random) {
        return Long.toHexString(random.nextLong());
    }
}

package io.redissync.testing;

import java.nio.charset.StandardCharsets;
import java.util.List;
import redis.clients.jedis.Connection;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * A connection for commands that are put together byte by byte and sent in pipelines.
 *
 * <p>Texts stand for bytes one to one (ISO 8859-1), so that binary keys can be words of a command,
 * keys of a map and part of a message.
 */
final class RawConnection implements AutoCloseable {

    private final Connection connection;
    private int pending;

    /**
     * @param socketTimeoutMillis how long a reply may take, 0 for ever
     */
    RawConnection(RedisServer server, int socketTimeoutMillis) {
        connection =
                new Connection(
                        server.hostAndPort(),
                        server.clientConfig().socketTimeoutMillis(socketTimeoutMillis).build());
    }

    RawConnection(RedisServer server) {
        this(server, 60_000);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    static String text(Object reply) {
        return reply instanceof byte[] raw
                ? new String(raw, StandardCharsets.ISO_8859_1)
                : String.valueOf(reply);
    }

    /** Sends without waiting for the reply: {@link #replies()} gives it. */
    void queue(String command, String... arguments) {
        byte[][] raw = new byte[arguments.length][];
        for (int i = 0; i < raw.length; i++) {
            raw[i] = bytes(arguments[i]);
        }
        queueRaw(command, raw);
    }

    void queueRaw(String command, byte[]... arguments) {
        connection.sendCommand(RawCommand.of(command), arguments);
        pending++;
    }

    /** The replies to all that was queued; an error reply is a {@link JedisDataException} in it. */
    List<Object> replies() {
        int count = pending;
        pending = 0;
        return connection.getMany(count);
    }

    /**
     * One command and its reply.
     *
     * @throws JedisDataException when the server refuses it
     */
    Object call(String command, String... arguments) {
        queue(command, arguments);
        Object reply = replies().get(0);
        if (reply instanceof JedisDataException refusal) {
            throw refusal;
        }
        return reply;
    }

    /** Ends the connection under a thread that waits for a reply. */
    void disconnect() {
        connection.disconnect();
    }

    @Override
    public void close() {
        connection.close();
    }
}

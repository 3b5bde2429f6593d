package io.redissync.testing;

import java.nio.charset.StandardCharsets;
import redis.clients.jedis.commands.ProtocolCommand;

/** A command by its name, for those that the client library has no method for. */
public record RawCommand(String name) implements ProtocolCommand {

    public static RawCommand of(String name) {
        return new RawCommand(name);
    }

    @Override
    public byte[] getRaw() {
        return name.getBytes(StandardCharsets.US_ASCII);
    }
}

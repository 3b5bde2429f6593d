package io.redissync.connection;

import java.io.IOException;

/** A server answered a command of ours with an error. */
public final class RedisErrorException extends IOException {

    private static final long serialVersionUID = 1L;

    private final transient RedisError error;

    public RedisErrorException(String operation, Address address, RedisError error) {
        super(address + " answered " + operation + " with: " + error.message());
        this.error = error;
    }

    public RedisError error() {
        return error;
    }
}

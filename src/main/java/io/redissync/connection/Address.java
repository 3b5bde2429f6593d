package io.redissync.connection;

import java.io.Serializable;

/**
 * Host and port of a Redis server.
 *
 * @param host name or IP address, without the brackets of an IPv6 literal
 * @param port 1 to 65535
 */
public record Address(String host, int port) implements Serializable {

    public Address {
        if (host.isBlank()) {
            throw new IllegalArgumentException("host: blank (expected: a name or an IP address)");
        }
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("port: " + port + " (expected: 1 to 65535)");
        }
    }

    /**
     * Reads {@code host:port}; an IPv6 literal stands in brackets.
     *
     * @throws IllegalArgumentException when it is neither, with the text and what was expected
     */
    public static Address parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon <= 0) {
            throw new IllegalArgumentException("address: " + text + " (expected: host:port)");
        }
        String host = text.substring(0, colon).strip();
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            throw new IllegalArgumentException(
                    "address: " + text + " (expected: an IPv6 address in brackets, [::1]:6379)");
        }
        try {
            return new Address(host, Integer.parseInt(text.substring(colon + 1).strip()));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "address: " + text + " (expected: host:port, the port a number)", e);
        }
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}

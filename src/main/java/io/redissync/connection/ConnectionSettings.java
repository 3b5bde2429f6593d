package io.redissync.connection;

import java.io.Serializable;
import java.time.Duration;
import java.util.Optional;

/**
 * How to connect to one end, whatever its address.
 *
 * @param user ACL user, or null for the default user
 * @param password or null when the server asks for none
 * @param tls or null for a plain connection
 * @param connectTimeout how long to wait for a connection
 * @param timeout how long a server may say nothing before the connection counts as lost
 */
public record ConnectionSettings(
        String user, Secret password, TlsSettings tls, Duration connectTimeout, Duration timeout)
        implements Serializable {

    public static ConnectionSettings plain() {
        return new ConnectionSettings(
                null, null, null, Duration.ofSeconds(5), Duration.ofSeconds(60));
    }

    public Optional<String> userName() {
        return Optional.ofNullable(user);
    }

    public Optional<Secret> secret() {
        return Optional.ofNullable(password);
    }

    public Optional<TlsSettings> encryption() {
        return Optional.ofNullable(tls);
    }
}

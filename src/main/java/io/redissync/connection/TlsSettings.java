package io.redissync.connection;

import java.io.Serializable;
import java.util.Optional;

/**
 * How to speak TLS with a server; files are PEM.
 *
 * @param caFile certificates to trust instead of the JVM's, or null
 * @param certFile the client's certificate chain, or null
 * @param keyFile the client's private key (PKCS#8), or null
 * @param verifyHostname whether the certificate must name the host that was asked for
 */
public record TlsSettings(String caFile, String certFile, String keyFile, boolean verifyHostname)
        implements Serializable {

    public Optional<String> ca() {
        return Optional.ofNullable(caFile);
    }

    public boolean hasClientCertificate() {
        return certFile != null && keyFile != null;
    }
}

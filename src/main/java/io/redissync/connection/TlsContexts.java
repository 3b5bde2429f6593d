package io.redissync.connection;

import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.File;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;

/** Makes the TLS contexts of both ends from PEM files, on the JDK's own TLS. */
public final class TlsContexts {

    private TlsContexts() {}

    /**
     * A client context that checks the server's certificate, and its host name unless switched off.
     *
     * @throws SSLException when a file cannot be read or holds something else, naming the files
     */
    public static SslContext client(TlsSettings settings) throws SSLException {
        SslContextBuilder builder =
                SslContextBuilder.forClient()
                        .sslProvider(SslProvider.JDK)
                        .endpointIdentificationAlgorithm(
                                settings.verifyHostname() ? "HTTPS" : null);
        try {
            settings.ca().ifPresent(ca -> builder.trustManager(new File(ca)));
        } catch (IllegalArgumentException e) {
            throw new SSLException(
                    "read CA file " + settings.caFile() + ": expected PEM certificates", e);
        }
        try {
            if (settings.hasClientCertificate()) {
                builder.keyManager(new File(settings.certFile()), new File(settings.keyFile()));
            }
        } catch (IllegalArgumentException e) {
            throw new SSLException(
                    "read certificate file "
                            + settings.certFile()
                            + " and key file "
                            + settings.keyFile()
                            + ": expected a PEM certificate chain and its unencrypted PKCS#8 key",
                    e);
        }
        return builder.build();
    }

    /**
     * The same as a context of the JDK; host names are then checked by the socket's {@code
     * SSLParameters}.
     *
     * @throws SSLException as {@link #client}
     */
    public static SSLContext javaContext(TlsSettings settings) throws SSLException {
        return ((JdkSslContext) client(settings)).context();
    }
}

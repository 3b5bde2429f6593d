package io.redissync.connection;

import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.File;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;

/** Makes client TLS contexts from PEM files. */
public final class TlsContexts {

    private TlsContexts() {}

    /**
     * @throws SSLException when a file cannot be read or holds no certificate or key
     */
    public static SslContext client(TlsSettings settings) throws SSLException {
        SslContextBuilder builder = SslContextBuilder.forClient().sslProvider(SslProvider.JDK);
        try {
            settings.ca().ifPresent(ca -> builder.trustManager(new File(ca)));
            if (settings.hasClientCertificate()) {
                builder.keyManager(new File(settings.certFile()), new File(settings.keyFile()));
            }
        } catch (IllegalArgumentException e) {
            throw new SSLException(
                    "TLS files cannot be used: " + settings + " (" + e.getMessage() + ")", e);
        }
        // Netty turns hostname verification on by default; who switched it off meant it.
        builder.endpointIdentificationAlgorithm(settings.verifyHostname() ? "HTTPS" : null);
        return builder.build();
    }

    /** The same as {@link #client} for code that speaks javax.net.ssl. */
    public static SSLContext javaContext(TlsSettings settings) throws SSLException {
        return ((JdkSslContext) client(settings)).context();
    }
}

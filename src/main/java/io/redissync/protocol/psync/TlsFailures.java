package io.redissync.protocol.psync;

import io.netty.handler.ssl.NotSslRecordException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** Tells TLS errors of configuration, which last, from those of the connection, which pass. */
final class TlsFailures {

    private TlsFailures() {}

    /** What is wrong and what to do, when another attempt would fail just so. */
    static Optional<String> fatal(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException
                    || cause instanceof CertPathValidatorException) {
                return Optional.of(
                        "the server's certificate is not trusted ("
                                + cause.getMessage()
                                + "): give the CA file that signed it, and the host name that it"
                                + " is made for");
            }
            if (cause instanceof NotSslRecordException) {
                return Optional.of("the server does not speak TLS on this port: use its TLS port");
            }
            if (cause instanceof SSLException
                    && String.valueOf(cause.getMessage()).contains("fatal alert")) {
                return Optional.of(
                        "the server refused the handshake ("
                                + cause.getMessage()
                                + "): check the client's certificate and key");
            }
        }
        return Optional.empty();
    }
}

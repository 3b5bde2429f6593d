package io.redissync.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** The static certificates of {@code src/test/resources/tls}, as files and as a TLS context. */
public final class TestCertificates {

    private static final char[] NO_PASSWORD = new char[0];

    private TestCertificates() {}

    /** The CA that signed the others. */
    public static Path ca() {
        return file("ca.crt");
    }

    /** For {@code localhost} and {@code 127.0.0.1}. */
    public static Path serverCertificate() {
        return file("server.crt");
    }

    public static Path serverKey() {
        return file("server.key");
    }

    public static Path clientCertificate() {
        return file("client.crt");
    }

    /** PKCS#8. */
    public static Path clientKey() {
        return file("client.key");
    }

    /** Trusts the CA only and shows the client certificate. */
    public static SSLContext clientContext() {
        try {
            KeyStore trusted = emptyStore();
            trusted.setCertificateEntry("ca", certificate(ca()));
            TrustManagerFactory trust =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);

            KeyStore own = emptyStore();
            own.setKeyEntry(
                    "client",
                    privateKey(clientKey()),
                    NO_PASSWORD,
                    new Certificate[] {certificate(clientCertificate())});
            KeyManagerFactory keys =
                    KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(own, NO_PASSWORD);

            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("load the test certificates", e);
        } catch (IOException e) {
            throw new UncheckedIOException("load the test certificates", e);
        }
    }

    private static Path file(String name) {
        URL url = TestCertificates.class.getResource("/tls/" + name);
        if (url == null) {
            throw new IllegalStateException("find /tls/" + name + ": not on the class path");
        }
        try {
            return Path.of(url.toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException("find /tls/" + name + ": not a file: " + url, e);
        }
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, NO_PASSWORD);
        return store;
    }

    private static Certificate certificate(Path pem) throws GeneralSecurityException, IOException {
        try (InputStream in = Files.newInputStream(pem)) {
            return CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    private static PrivateKey privateKey(Path pem) throws GeneralSecurityException, IOException {
        String base64 =
                Files.readString(pem, StandardCharsets.US_ASCII)
                        .replaceAll("-----[A-Z ]+-----", "")
                        .replaceAll("\\s", "");
        return KeyFactory.getInstance("RSA")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
    }
}

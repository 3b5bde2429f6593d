package io.redissync.protocol.psync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.redissync.command.History;
import io.redissync.connection.Address;
import io.redissync.connection.ConnectionSettings;
import io.redissync.connection.Shard;
import io.redissync.connection.TlsContexts;
import io.redissync.connection.TlsSettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ReplicaLinkTlsIT {

    private static final char[] STORE_PASSWORD = "changeit".toCharArray();

    @TempDir Path directory;

    private final CompletableFuture<HistorySpool> history = new CompletableFuture<>();
    private final CompletableFuture<LinkException> failure = new CompletableFuture<>();

    private Path certificate;
    private Path key;
    private int tlsPort;
    private TestRedis redis;
    private ReplicaLink link;

    @BeforeEach
    void serve() throws Exception {
        certificate = directory.resolve("cert.pem");
        key = directory.resolve("key.pem");
        makeCertificate("localhost");
        tlsPort = TestRedis.freePort();
        redis =
                new TestRedis(
                        TestRedis.Version.REDIS_6_2,
                        directory,
                        null,
                        "--tls-port",
                        Integer.toString(tlsPort),
                        "--tls-cert-file",
                        certificate.toString(),
                        "--tls-key-file",
                        key.toString(),
                        "--tls-ca-cert-file",
                        certificate.toString());
    }

    @AfterEach
    void end() throws IOException {
        if (link != null) {
            link.close();
        }
        if (history.isDone()) {
            history.join().delete();
        }
        if (redis != null) {
            redis.close();
        }
    }

    private void makeCertificate(String dnsName)
            throws IOException, InterruptedException, GeneralSecurityException {
        Path store = directory.resolve("store.p12");
        Process keytool =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-alias",
                                "redis",
                                "-keyalg",
                                "RSA",
                                "-keysize",
                                "2048",
                                "-dname",
                                "CN=" + dnsName,
                                "-ext",
                                "SAN=dns:" + dnsName,
                                "-keystore",
                                store.toString(),
                                "-storetype",
                                "PKCS12",
                                "-storepass",
                                new String(STORE_PASSWORD))
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("keytool.log").toFile())
                        .start();
        assertThat(keytool.waitFor()).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, STORE_PASSWORD);
        }
        pem(certificate, "CERTIFICATE", keys.getCertificate("redis").getEncoded());
        pem(key, "PRIVATE KEY", keys.getKey("redis", STORE_PASSWORD).getEncoded());
    }

    private static void pem(Path file, String type, byte[] der) throws IOException {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        Files.write(
                file,
                List.of("-----BEGIN " + type + "-----", base64, "-----END " + type + "-----"));
    }

    private void connect(String host, int port, TlsSettings tls) {
        LinkSettings settings =
                LinkSettings.of(
                        new Shard("0", new Address(host, port)),
                        new ConnectionSettings(
                                null, null, tls, Duration.ofSeconds(3), Duration.ofSeconds(30)));
        HistorySpool.Place place =
                new HistorySpool.Place(
                        directory.resolve("spool"), "it", "0", 1 << 20, new SpoolBudget(1 << 30));
        FullSyncPermit always =
                new FullSyncPermit() {
                    @Override
                    public CompletionStage<Void> acquire() {
                        return CompletableFuture.completedFuture(null);
                    }

                    @Override
                    public void release() {}
                };
        link =
                new ReplicaLink(
                        settings,
                        (replid, offset, resumed) ->
                                HistorySpool.begin(place, new History(1, 1), replid, offset),
                        always,
                        new LinkListener() {
                            @Override
                            public void onHistory(HistorySpool spool, String why) {
                                history.complete(spool);
                            }

                            @Override
                            public void onFailure(LinkException fatal) {
                                failure.complete(fatal);
                            }
                        });
        link.start();
    }

    private TlsSettings trusting(boolean withClientCertificate, boolean verifyHostname) {
        return new TlsSettings(
                certificate.toString(),
                withClientCertificate ? certificate.toString() : null,
                withClientCertificate ? key.toString() : null,
                verifyHostname);
    }

    @Test
    void trustedServerIsFollowed() throws Exception {
        connect("localhost", tlsPort, trusting(true, true));
        HistorySpool spool = history.get();
        await().until(() -> spool.snapshot().orElseThrow().sealed());
        await().until(() -> redis.info("replication", "slave0").contains("state=online"));
        assertThat(failure).isNotDone();
    }

    @Test
    void wrongHostNameIsRefusedUnlessSwitchedOff() throws Exception {
        connect("127.0.0.1", tlsPort, trusting(true, true));
        assertThat(failure.get()).hasMessageContaining("not trusted");
        link.close();
        connect("127.0.0.1", tlsPort, trusting(true, false));
        assertThat(history.get().replid()).hasSize(40);
    }

    @Test
    void unknownCertificateIsRefused() throws Exception {
        connect("localhost", tlsPort, new TlsSettings(null, null, null, true));
        assertThat(failure.get())
                .hasMessageContaining("not trusted")
                .hasMessageContaining("CA file");
        assertThat(link.state()).isEqualTo(LinkState.FAILED);
    }

    @Test
    void missingClientCertificateIsNamed() throws Exception {
        connect("localhost", tlsPort, trusting(false, true));
        assertThat(failure.get()).hasMessageContaining("refused the handshake");
    }

    @Test
    void plainPortIsNamed() throws Exception {
        connect("localhost", redis.address().port(), trusting(true, true));
        await().atMost(Duration.ofSeconds(30)).until(() -> link.reconnects() > 0);
        assertThat(link.lastProblem().orElseThrow()).contains("TLS port");
    }

    @Test
    void unusableFilesAreNamed() throws Exception {
        Path missing = directory.resolve("missing.pem");
        assertThatThrownBy(
                        () ->
                                TlsContexts.client(
                                        new TlsSettings(missing.toString(), null, null, true)))
                .isInstanceOf(SSLException.class)
                .hasMessageContaining(missing.toString());
        connect(
                "localhost",
                tlsPort,
                new TlsSettings(null, certificate.toString(), certificate.toString(), true));
        assertThat(failure.get()).hasMessageContaining(certificate.toString());
        assertThat(TlsContexts.javaContext(trusting(true, true)).getProtocol()).startsWith("TLS");
    }
}

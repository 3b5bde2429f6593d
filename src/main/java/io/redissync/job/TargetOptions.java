package io.redissync.job;

import static org.apache.flink.configuration.ConfigOptions.key;

import io.redissync.sink.ExistingData;
import java.time.Duration;
import java.util.List;
import org.apache.flink.configuration.ConfigOption;

/** Options of the end that is written: where it is and in which state it is accepted. */
public final class TargetOptions {

    public static final ConfigOption<List<String>> ADDRESSES =
            key("target.addresses")
                    .stringType()
                    .asList()
                    .noDefaultValue()
                    .withDescription(
                            "The master to write to, host:port; exactly one in this release.");

    public static final ConfigOption<String> USER =
            key("target.user")
                    .stringType()
                    .noDefaultValue()
                    .withDescription("ACL user of the target.");

    public static final ConfigOption<String> PASSWORD =
            key("target.password")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Password of the target. On a command line others can see it: prefer"
                                    + " target.password-env or target.password-file.");

    public static final ConfigOption<String> PASSWORD_ENV =
            key("target.password-env")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Environment variable that holds the password of the target, read"
                                    + " where the job is submitted.");

    public static final ConfigOption<String> PASSWORD_FILE =
            key("target.password-file")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "File whose first line is the password of the target, read where the"
                                    + " job is submitted.");

    public static final ConfigOption<Boolean> TLS_ENABLED =
            key("target.tls.enabled")
                    .booleanType()
                    .defaultValue(false)
                    .withDescription("Whether the connections to the target use TLS.");

    public static final ConfigOption<String> TLS_CA_FILE =
            key("target.tls.ca-file")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "PEM file with the certificates to trust instead of the JVM's; like"
                                    + " the other TLS files it must exist wherever tasks run.");

    public static final ConfigOption<String> TLS_CERT_FILE =
            key("target.tls.cert-file")
                    .stringType()
                    .noDefaultValue()
                    .withDescription("PEM file with the client's certificate chain.");

    public static final ConfigOption<String> TLS_KEY_FILE =
            key("target.tls.key-file")
                    .stringType()
                    .noDefaultValue()
                    .withDescription("PEM file with the client's private key (PKCS#8).");

    public static final ConfigOption<Boolean> TLS_VERIFY_HOSTNAME =
            key("target.tls.verify-hostname")
                    .booleanType()
                    .defaultValue(true)
                    .withDescription(
                            "Whether the certificate of the target must name the host that was"
                                    + " asked for.");

    public static final ConfigOption<Duration> CONNECT_TIMEOUT =
            key("target.connect-timeout")
                    .durationType()
                    .defaultValue(Duration.ofSeconds(5))
                    .withDescription("How long to wait for a connection to the target.");

    public static final ConfigOption<Duration> TIMEOUT =
            key("target.timeout")
                    .durationType()
                    .defaultValue(Duration.ofSeconds(60))
                    .withDescription(
                            "How long the target may leave a command unanswered before the"
                                    + " connection counts as lost.");

    public static final ConfigOption<ExistingData> EXISTING_DATA =
            key("target.existing-data")
                    .enumType(ExistingData.class)
                    .defaultValue(ExistingData.FAIL)
                    .withDescription(
                            "What to do when the target is not empty and this sync has no marker"
                                    + " there: stop (fail), or write over keys of the same name"
                                    + " and keep the others (overwrite).");

    public static final ConfigOption<Boolean> ALLOW_EVICTION =
            key("target.allow-eviction")
                    .booleanType()
                    .defaultValue(false)
                    .withDescription(
                            "Accept a target whose maxmemory-policy may evict keys; the marker"
                                    + " could be among them.");

    public static final ConfigOption<Duration> TTL_SLACK =
            key("target.ttl-slack")
                    .durationType()
                    .defaultValue(Duration.ofHours(1))
                    .withDescription(
                            "Added to every time of expiry on the target, so that a key cannot"
                                    + " expire there while its renewal is on the way; the source's"
                                    + " own DEL removes it on time. 0: exact times, and that"
                                    + " risk.");

    private TargetOptions() {}
}

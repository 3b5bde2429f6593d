package io.redissync.job;

import static org.apache.flink.configuration.ConfigOptions.key;

import io.redissync.protocol.psync.AckMode;
import java.time.Duration;
import java.util.List;
import org.apache.flink.configuration.ConfigOption;

/** Options of the end that is read: the masters and the replication links to them. */
public final class SourceOptions {

    public static final ConfigOption<List<String>> ADDRESSES =
            key("source.addresses")
                    .stringType()
                    .asList()
                    .noDefaultValue()
                    .withDescription(
                            "Masters to copy, each [id@]host:port. The id names the shard for good"
                                    + " while its address may change; without one it is the place"
                                    + " in the list, from 0.");

    public static final ConfigOption<String> USER =
            key("source.user")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "ACL user of the sources; needs at least +psync +replconf +ping.");

    public static final ConfigOption<String> PASSWORD =
            key("source.password")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Password of the sources. On a command line others can see it: prefer"
                                    + " source.password-env or source.password-file.");

    public static final ConfigOption<String> PASSWORD_ENV =
            key("source.password-env")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Environment variable that holds the password of the sources, read"
                                    + " where the job is submitted.");

    public static final ConfigOption<String> PASSWORD_FILE =
            key("source.password-file")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "File whose first line is the password of the sources, read where the"
                                    + " job is submitted.");

    public static final ConfigOption<Boolean> TLS_ENABLED =
            key("source.tls.enabled")
                    .booleanType()
                    .defaultValue(false)
                    .withDescription("Whether the links to the sources use TLS.");

    public static final ConfigOption<String> TLS_CA_FILE =
            key("source.tls.ca-file")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "PEM file with the certificates to trust instead of the JVM's; like"
                                    + " the other TLS files it must exist wherever tasks run.");

    public static final ConfigOption<String> TLS_CERT_FILE =
            key("source.tls.cert-file")
                    .stringType()
                    .noDefaultValue()
                    .withDescription("PEM file with the client's certificate chain.");

    public static final ConfigOption<String> TLS_KEY_FILE =
            key("source.tls.key-file")
                    .stringType()
                    .noDefaultValue()
                    .withDescription("PEM file with the client's private key (PKCS#8).");

    public static final ConfigOption<Boolean> TLS_VERIFY_HOSTNAME =
            key("source.tls.verify-hostname")
                    .booleanType()
                    .defaultValue(true)
                    .withDescription(
                            "Whether the certificate of a source must name the host that was asked"
                                    + " for.");

    public static final ConfigOption<Duration> CONNECT_TIMEOUT =
            key("source.connect-timeout")
                    .durationType()
                    .defaultValue(Duration.ofSeconds(5))
                    .withDescription("How long to wait for a connection to a source.");

    public static final ConfigOption<Duration> TIMEOUT =
            key("source.timeout")
                    .durationType()
                    .defaultValue(Duration.ofSeconds(60))
                    .withDescription(
                            "How long a source may send nothing before its link counts as lost;"
                                    + " longer than its repl-ping-replica-period (10 s).");

    public static final ConfigOption<AckMode> ACK =
            key("source.ack")
                    .enumType(AckMode.class)
                    .defaultValue(AckMode.CHECKPOINTED)
                    .withDescription(
                            "The position that the source is told every second: of the last"
                                    + " checkpoint (then its WAIT and INFO replication speak of"
                                    + " data that is on the target), or of the bytes received.");

    public static final ConfigOption<Integer> MAX_CONCURRENT_FULL_SYNCS =
            key("source.max-concurrent-full-syncs")
                    .intType()
                    .defaultValue(4)
                    .withDescription(
                            "How many masters may send their data set at the same time, since each"
                                    + " forks to do it; 0: no limit.");

    public static final ConfigOption<String> PSYNC_COMMAND =
            key("source.psync-command")
                    .stringType()
                    .defaultValue("PSYNC")
                    .withDescription("Name of the PSYNC command where a provider renamed it.");

    private SourceOptions() {}
}

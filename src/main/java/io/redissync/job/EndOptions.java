package io.redissync.job;

import io.redissync.connection.ConnectionSettings;
import io.redissync.connection.Secret;
import io.redissync.connection.TlsSettings;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;

/** The options that say how to connect, once for each end, and the reading of their secrets. */
final class EndOptions {

    static final EndOptions SOURCE =
            new EndOptions(
                    SourceOptions.USER,
                    new PasswordOptions(
                            SourceOptions.PASSWORD,
                            SourceOptions.PASSWORD_ENV,
                            SourceOptions.PASSWORD_FILE),
                    new TlsOptions(
                            SourceOptions.TLS_ENABLED,
                            SourceOptions.TLS_CA_FILE,
                            SourceOptions.TLS_CERT_FILE,
                            SourceOptions.TLS_KEY_FILE,
                            SourceOptions.TLS_VERIFY_HOSTNAME),
                    SourceOptions.CONNECT_TIMEOUT,
                    SourceOptions.TIMEOUT);

    static final EndOptions TARGET =
            new EndOptions(
                    TargetOptions.USER,
                    new PasswordOptions(
                            TargetOptions.PASSWORD,
                            TargetOptions.PASSWORD_ENV,
                            TargetOptions.PASSWORD_FILE),
                    new TlsOptions(
                            TargetOptions.TLS_ENABLED,
                            TargetOptions.TLS_CA_FILE,
                            TargetOptions.TLS_CERT_FILE,
                            TargetOptions.TLS_KEY_FILE,
                            TargetOptions.TLS_VERIFY_HOSTNAME),
                    TargetOptions.CONNECT_TIMEOUT,
                    TargetOptions.TIMEOUT);

    /** Where the tasks run, and with them where the TLS files must be. */
    enum Where {
        THIS_MACHINE,
        CLUSTER
    }

    private record PasswordOptions(
            ConfigOption<String> value, ConfigOption<String> env, ConfigOption<String> file) {

        List<ConfigOption<String>> all() {
            return List.of(value, env, file);
        }
    }

    private record TlsOptions(
            ConfigOption<Boolean> enabled,
            ConfigOption<String> ca,
            ConfigOption<String> cert,
            ConfigOption<String> key,
            ConfigOption<Boolean> verify) {

        List<ConfigOption<String>> files() {
            return List.of(ca, cert, key);
        }
    }

    private final ConfigOption<String> user;
    private final PasswordOptions password;
    private final TlsOptions tls;
    private final ConfigOption<Duration> connectTimeout;
    private final ConfigOption<Duration> timeout;

    private EndOptions(
            ConfigOption<String> user,
            PasswordOptions password,
            TlsOptions tls,
            ConfigOption<Duration> connectTimeout,
            ConfigOption<Duration> timeout) {
        this.user = user;
        this.password = password;
        this.tls = tls;
        this.connectTimeout = connectTimeout;
        this.timeout = timeout;
    }

    /**
     * The settings of this end; what is wrong goes to the problems.
     *
     * @param unreadable keys whose value was refused already
     * @param environment a variable's value by its name, or null
     */
    ConnectionSettings read(
            Configuration values,
            Set<String> unreadable,
            UnaryOperator<String> environment,
            Where where,
            List<String> problems) {
        List<String> given =
                password.all().stream()
                        .map(ConfigOption::key)
                        .filter(k -> values.containsKey(k) || unreadable.contains(k))
                        .toList();
        if (given.size() > 1) {
            problems.add(
                    String.join(" and ", given)
                            + ": contradict each other (expected: one of them)");
        }
        if (given.isEmpty() && values.contains(user)) {
            problems.add(
                    user.key()
                            + ": needs a password (expected: one of "
                            + String.join(
                                    ", ", password.all().stream().map(ConfigOption::key).toList())
                            + ")");
        }
        List<Secret> secrets = new ArrayList<>();
        values.getOptional(password.value).map(Secret::new).ifPresent(secrets::add);
        values.getOptional(password.env)
                .flatMap(name -> fromEnvironment(name, environment, problems))
                .ifPresent(secrets::add);
        values.getOptional(password.file)
                .flatMap(file -> fromFile(file, problems))
                .ifPresent(secrets::add);
        return new ConnectionSettings(
                values.get(user),
                secrets.isEmpty() ? null : secrets.get(0),
                readTls(values, where, problems),
                values.get(connectTimeout),
                values.get(timeout));
    }

    /** Takes away the passwords and where they came from. */
    void removeSecrets(Configuration values) {
        password.all().forEach(values::removeConfig);
    }

    private Optional<Secret> fromEnvironment(
            String name, UnaryOperator<String> environment, List<String> problems) {
        String value = environment.apply(name);
        if (value != null && !value.isEmpty()) {
            return Optional.of(new Secret(value));
        }
        // Somebody may have written the password itself here; only a usual name is repeated.
        String shown = name.matches("[A-Z][A-Z0-9]*_[A-Z0-9_]*") ? " " + name : "";
        problems.add(
                password.env.key()
                        + ": environment variable"
                        + shown
                        + (value == null ? " is not set" : " is empty")
                        + " (expected: the name of a variable that holds the password)");
        return Optional.empty();
    }

    private Optional<Secret> fromFile(String file, List<String> problems) {
        String expected = " (expected: a readable file whose first line is the password)";
        try {
            Path path = Path.of(file);
            if (!Files.isReadable(path) || Files.isDirectory(path)) {
                String shown = file.indexOf('/') >= 0 ? " " + Problems.quote(file) : "";
                problems.add(password.file.key() + ": cannot read the file" + shown + expected);
                return Optional.empty();
            }
            String first = Files.readString(path).lines().findFirst().orElse("");
            if (first.isEmpty()) {
                problems.add(password.file.key() + ": the first line is empty" + expected);
                return Optional.empty();
            }
            return Optional.of(new Secret(first));
        } catch (MalformedInputException e) {
            problems.add(password.file.key() + ": the file is not UTF-8" + expected);
        } catch (IOException | InvalidPathException e) {
            problems.add(password.file.key() + ": cannot read the file" + expected);
        }
        return Optional.empty();
    }

    private TlsSettings readTls(Configuration values, Where where, List<String> problems) {
        boolean enabled = values.get(tls.enabled);
        if (!enabled) {
            for (ConfigOption<?> option : List.of(tls.ca, tls.cert, tls.key, tls.verify)) {
                if (values.contains(option)) {
                    problems.add(
                            option.key()
                                    + ": without effect (expected: "
                                    + tls.enabled.key()
                                    + " true as well)");
                }
            }
        }
        checkPair(values, tls.key, tls.cert, problems);
        checkPair(values, tls.cert, tls.key, problems);
        if (where == Where.THIS_MACHINE) {
            for (ConfigOption<String> option : tls.files()) {
                values.getOptional(option)
                        .filter(file -> !isReadable(file))
                        .ifPresent(
                                file ->
                                        problems.add(
                                                option.key()
                                                        + ": "
                                                        + Problems.quote(file)
                                                        + " (expected: a readable PEM file)"));
            }
        }
        return enabled
                ? new TlsSettings(
                        values.get(tls.ca),
                        values.get(tls.cert),
                        values.get(tls.key),
                        values.get(tls.verify))
                : null;
    }

    private static void checkPair(
            Configuration values,
            ConfigOption<String> one,
            ConfigOption<String> other,
            List<String> problems) {
        if (values.contains(one) && !values.contains(other)) {
            problems.add(one.key() + ": needs " + other.key() + " (expected: both or none)");
        }
    }

    private static boolean isReadable(String file) {
        try {
            return Files.isReadable(Path.of(file)) && !Files.isDirectory(Path.of(file));
        } catch (InvalidPathException e) {
            return false;
        }
    }
}

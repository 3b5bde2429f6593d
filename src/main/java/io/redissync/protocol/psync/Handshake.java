package io.redissync.protocol.psync;

import io.redissync.command.Command;
import io.redissync.connection.ConnectionSettings;
import io.redissync.connection.Secret;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The dialogue that makes a connection a replica: what to send next, and what a reply means. */
final class Handshake {

    /** The place to continue from: {@code PSYNC replid offset+1}. */
    record ResumePoint(String replid, long offset) {
        @Override
        public String toString() {
            return "offset " + offset + " of replid " + replid;
        }
    }

    /** What a reply leads to. */
    sealed interface Outcome {}

    /** The next command; may hold the password, so it is not for logs. */
    record Send(Command command) implements Outcome {}

    /** The command that asks to continue. */
    record SendPsync(Command command) implements Outcome {}

    /** Everything is ready for a full resync: send {@link #psync()} when it is this link's turn. */
    record PermitNeeded() implements Outcome {}

    /** Nothing to do. */
    record Ignored() implements Outcome {}

    record FullResync(String replid, long offset) implements Outcome {}

    record Continued(Optional<String> newReplid) implements Outcome {}

    /** The connection is of no use now; another one later may be. */
    record Retry(String why) implements Outcome {}

    private enum Step {
        PING,
        AUTH,
        NAME,
        PORT,
        CAPABILITIES,
        VERSION,
        PERMIT,
        PSYNC
    }

    /** What Valkey 9 wants to see before it sends an RDB with field expiry; others answer -ERR. */
    private static final String REPLICA_VERSION = "9.0.0";

    private final LinkSettings settings;
    private final Optional<ResumePoint> resume;
    private Step step = Step.PING;
    private int keepalives;

    Handshake(LinkSettings settings, Optional<ResumePoint> resume) {
        this.settings = settings;
        this.resume = resume;
    }

    Command begin() {
        return Command.ofText("PING");
    }

    /**
     * A PING to send while waiting for the permit, so that neither side takes the other as dead.
     */
    Command keepalive() {
        keepalives++;
        return Command.ofText("PING");
    }

    /** Sent when the permit is there. */
    Command psync() {
        step = Step.PSYNC;
        return resume.map(
                        at ->
                                Command.ofText(
                                        settings.psyncCommand(),
                                        at.replid(),
                                        Long.toString(at.offset() + 1)))
                .orElseGet(() -> Command.ofText(settings.psyncCommand(), "?", "-1"));
    }

    /**
     * @param line one reply without its CRLF, not empty
     * @throws LinkException when no other connection would fare better
     */
    Outcome reply(String line) throws LinkException {
        return switch (step) {
            case PING -> afterPing(line);
            case AUTH -> afterAuth(line);
            case NAME -> next(Step.PORT, replconf("listening-port", "0"));
            case PORT ->
                    afterReplconf(
                            line, Step.CAPABILITIES, replconf("capa", "eof", "capa", "psync2"));
            case CAPABILITIES ->
                    afterReplconf(line, Step.VERSION, replconf("version", REPLICA_VERSION));
            case VERSION -> afterVersion(line);
            case PERMIT -> {
                keepalives--;
                yield new Ignored();
            }
            case PSYNC -> {
                if (keepalives > 0) {
                    keepalives--;
                    yield new Ignored();
                }
                yield afterPsync(line);
            }
        };
    }

    private Outcome next(Step newStep, Command command) {
        step = newStep;
        return new Send(command);
    }

    private Command replconf(String... args) {
        List<byte[]> all = new ArrayList<>();
        all.add(ascii(settings.replconfCommand()));
        for (String arg : args) {
            all.add(ascii(arg));
        }
        return Command.of(all);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private Outcome afterPing(String line) throws LinkException {
        if (line.startsWith("-")) {
            if (is(line, "DENIED")) {
                throw fatal("PING", line, "let the source accept connections from this host");
            }
            boolean expected =
                    is(line, "NOAUTH")
                            || is(line, "NOPERM")
                            || line.startsWith("-ERR operation not permitted")
                            || busy(line);
            if (!expected) {
                return new Retry("PING was answered " + shown(line));
            }
            if (is(line, "NOAUTH") && settings.connection().secret().isEmpty()) {
                throw fatal("PING", line, "give the source's password");
            }
        }
        ConnectionSettings connection = settings.connection();
        if (connection.secret().isEmpty()) {
            return name();
        }
        String password = connection.secret().get().reveal();
        return next(
                Step.AUTH,
                connection
                        .userName()
                        .map(user -> Command.ofText("AUTH", user, password))
                        .orElseGet(() -> Command.ofText("AUTH", password)));
    }

    private Outcome afterAuth(String line) throws LinkException {
        if (line.startsWith("-")) {
            if (busy(line)) {
                return new Retry("AUTH was answered " + shown(line));
            }
            throw fatal(
                    "AUTH", line, "check the source's user and password (a user needs Redis 6)");
        }
        return name();
    }

    private Outcome name() {
        return next(Step.NAME, Command.ofText("CLIENT", "SETNAME", settings.clientName()));
    }

    /** An old master knows few of the options and answers errors: it is a master all the same. */
    private Outcome afterReplconf(String line, Step newStep, Command command) throws LinkException {
        refuseWithoutRights(settings.replconfCommand(), line);
        return next(newStep, command);
    }

    private Outcome afterVersion(String line) throws LinkException {
        refuseWithoutRights(settings.replconfCommand(), line);
        if (resume.isPresent()) {
            return new SendPsync(psync());
        }
        step = Step.PERMIT;
        return new PermitNeeded();
    }

    private Outcome afterPsync(String line) throws LinkException {
        String[] words = line.split(" +", -1);
        switch (words[0]) {
            case "+FULLRESYNC" -> {
                if (words.length >= 3 && words[2].matches("[0-9]{1,18}")) {
                    return new FullResync(words[1], Long.parseLong(words[2]));
                }
            }
            case "+CONTINUE" -> {
                if (resume.isPresent()) {
                    return new Continued(
                            words.length > 1 ? Optional.of(words[1]) : Optional.empty());
                }
            }
            default -> {
                refuseWithoutRights(settings.psyncCommand(), line);
                if (line.toLowerCase(Locale.ROOT).startsWith("-err unknown command")) {
                    throw fatal(
                            settings.psyncCommand(),
                            line,
                            "the source is no master that can be replicated from here, or its"
                                    + " provider has renamed or switched off the command");
                }
            }
        }
        return new Retry(settings.psyncCommand() + " was answered " + shown(line));
    }

    private void refuseWithoutRights(String command, String line) throws LinkException {
        if (is(line, "NOPERM")) {
            throw fatal(command, line, "grant the user +psync +replconf +ping");
        }
        if (is(line, "NOAUTH")) {
            throw fatal(command, line, "give the source's password");
        }
    }

    private static boolean is(String line, String code) {
        return line.startsWith("-" + code);
    }

    private static boolean busy(String line) {
        return is(line, "LOADING") || is(line, "MASTERDOWN") || is(line, "BUSY");
    }

    private LinkException fatal(String command, String line, String advice) {
        return new LinkException(
                "shard "
                        + settings.shard().id()
                        + " at "
                        + settings.shard().address()
                        + ": "
                        + command
                        + " was answered "
                        + shown(line)
                        + ": "
                        + advice);
    }

    /** A server that does not know AUTH repeats its arguments in the error. */
    private String shown(String line) {
        String password = settings.connection().secret().map(Secret::reveal).orElse("");
        String masked = password.isEmpty() ? line : line.replace(password, "******");
        return '"' + (masked.length() > 300 ? masked.substring(0, 300) + "…" : masked) + '"';
    }
}

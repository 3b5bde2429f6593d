package io.redissync.testing;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The real {@code redis-server} programs that tests can start on this machine. */
@SuppressWarnings("ImmutableEnumChecker") // what it holds is looked up once, guarded by this
public enum RedisBinary {
    /** 2.8.19, from the jar it.ozimov:embedded-redis (Linux and macOS on x86-64). */
    V2_8,
    /** 6.2, with TLS on Linux x86-64, from the jar com.github.codemonstur:embedded-redis. */
    V6_2,
    /** Whatever {@code redis-server} is on the PATH, if any. */
    ON_PATH;

    private static final Pattern VERSION = Pattern.compile("v=(\\d+)\\.(\\d+)\\.(\\d+)");

    private Path executable;
    private String version;

    /** The server of the PATH where there is one, else 6.2. */
    public static RedisBinary best() {
        return ON_PATH.isPresent() ? ON_PATH : V6_2;
    }

    /** All that can be started here; for parameterised tests. */
    public static List<RedisBinary> present() {
        return Arrays.stream(values()).filter(RedisBinary::isPresent).toList();
    }

    /** The server of the PATH, if any. */
    public static Optional<RedisBinary> onPath() {
        return ON_PATH.isPresent() ? Optional.of(ON_PATH) : Optional.empty();
    }

    /** Whether this machine has it: on the PATH, or inside the jar for this system. */
    public boolean isPresent() {
        return this == ON_PATH ? findOnPath().isPresent() : resourceName().isPresent();
    }

    /**
     * The program as a file, taken out of its jar the first time.
     *
     * @throws IllegalStateException when this machine has none
     */
    public synchronized Path executable() {
        if (executable == null) {
            executable =
                    this == ON_PATH
                            ? findOnPath().orElseThrow(() -> absent("no redis-server on the PATH"))
                            : extract(
                                    resourceName()
                                            .orElseThrow(() -> absent("its jar has none for it")));
        }
        return executable;
    }

    /**
     * What the program says of itself, as {@code major.minor.patch}.
     *
     * @throws IllegalStateException when the program cannot run here, with what it printed
     */
    public synchronized String version() {
        if (version == null) {
            String output = runForVersion();
            Matcher matcher = VERSION.matcher(output);
            if (!matcher.find()) {
                throw new IllegalStateException(
                        "run " + executable() + " --version: it cannot run here: " + hint(output));
            }
            version = matcher.group(1) + "." + matcher.group(2) + "." + matcher.group(3);
        }
        return version;
    }

    /** Whether the version is this one or newer. */
    public boolean isAtLeast(int major, int minor) {
        String[] parts = version().split("\\.", -1);
        int ownMajor = Integer.parseInt(parts[0]);
        return ownMajor > major || (ownMajor == major && Integer.parseInt(parts[1]) >= minor);
    }

    private String runForVersion() {
        try {
            Process process =
                    new ProcessBuilder(executable().toString(), "--version")
                            .redirectErrorStream(true)
                            .start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("run " + executable() + " --version", e);
        }
    }

    private static String hint(String output) {
        return output.contains("libssl") || output.contains("libcrypto")
                ? output.strip() + " (install OpenSSL 3: libssl.so.3)"
                : output.strip();
    }

    private IllegalStateException absent(String why) {
        return new IllegalStateException(
                "find redis-server " + this + " for " + platform() + ": " + why);
    }

    private static Optional<Path> findOnPath() {
        String path = System.getenv("PATH");
        return Arrays.stream((path == null ? "" : path).split(File.pathSeparator, -1))
                .filter(dir -> !dir.isEmpty())
                .map(dir -> Path.of(dir, "redis-server"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private Optional<String> resourceName() {
        String name =
                switch (this + " " + platform()) {
                    case "V6_2 linux amd64" -> "redis-server-6.2.6-v5-linux-amd64";
                    case "V6_2 linux aarch64" -> "redis-server-6.2.7-linux-arm64";
                    case "V6_2 mac amd64" -> "redis-server-6.2.6-v5-darwin-amd64";
                    case "V6_2 mac aarch64" -> "redis-server-6.2.6-v5-darwin-arm64";
                    case "V2_8 linux amd64" -> "redis-server-2.8.19";
                    case "V2_8 mac amd64" -> "redis-server-2.8.19.app";
                    default -> null;
                };
        return Optional.ofNullable(name);
    }

    private static String platform() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        return (os.startsWith("mac") ? "mac" : os) + " " + (arch.equals("x86_64") ? "amd64" : arch);
    }

    private static Path extract(String resource) {
        Path file = ProjectDir.find().resolve("target/redis").resolve(resource);
        if (Files.isExecutable(file)) {
            return file;
        }
        try (InputStream in = RedisBinary.class.getResourceAsStream("/" + resource)) {
            if (in == null) {
                throw new IllegalStateException(
                        "extract /" + resource + ": not on the class path (expected: its jar)");
            }
            Files.createDirectories(file.getParent());
            // Written aside and moved: another JVM that does the same never sees half a program.
            Path partial = Files.createTempFile(file.getParent(), resource, ".partial");
            Files.copy(in, partial, StandardCopyOption.REPLACE_EXISTING);
            if (!partial.toFile().setExecutable(true)) {
                throw new IOException("cannot be made executable: " + partial);
            }
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException("extract /" + resource + " to " + file, e);
        }
    }
}

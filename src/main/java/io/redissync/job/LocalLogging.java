package io.redissync.job;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.config.Configurator;

/** Sends the log of the run in one JVM to a file, so that the console shows progress only. */
final class LocalLogging {

    private static final String FILE_PROPERTY = "redissync.log.file";
    private static final String CONFIGURATION_PROPERTY = "log4j.configurationFile";
    private static final URI CONFIGURATION = URI.create("classpath:log4j2-local.properties");

    /**
     * Starts logging; a configuration that the user chose with {@code log4j.configurationFile} is
     * kept.
     *
     * @return the log file
     * @throws IOException when the directory cannot be made
     */
    static Path start(Path directory, String syncName) throws IOException {
        Files.createDirectories(directory);
        Path file = directory.resolve(syncName + ".log").toAbsolutePath();
        System.setProperty(FILE_PROPERTY, file.toString());
        String chosen = System.getProperty(CONFIGURATION_PROPERTY);
        Configurator.reconfigure(chosen == null ? CONFIGURATION : uri(chosen));
        return file;
    }

    /** Writes what is buffered; the shipped configuration leaves that to this call. */
    static void stop() {
        LogManager.shutdown();
    }

    private static URI uri(String chosen) {
        return chosen.matches("[a-z]{2,}:.*") ? URI.create(chosen) : Path.of(chosen).toUri();
    }

    private LocalLogging() {}
}

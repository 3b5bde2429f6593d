package io.redissync.testing;

import java.nio.file.Files;
import java.nio.file.Path;

/** Finds the project's directory from the working directory. */
public final class ProjectDir {

    private ProjectDir() {}

    /**
     * The nearest directory, from the working directory upwards, that holds the project's {@code
     * pom.xml}.
     *
     * @throws IllegalStateException when there is none
     */
    public static Path find() {
        Path start = Path.of("").toAbsolutePath();
        for (Path dir = start; dir != null; dir = dir.getParent()) {
            if (Files.isRegularFile(dir.resolve("pom.xml"))
                    && Files.isDirectory(dir.resolve("src"))) {
                return dir;
            }
        }
        throw new IllegalStateException(
                "find the project from " + start + ": no pom.xml here or above it");
    }
}

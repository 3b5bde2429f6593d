package io.redissync.protocol.psync;

import io.redissync.command.History;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The directory of one attempt, locked while it lives, among those of the attempts before it. */
final class SpoolDirectory implements Closeable {

    private static final String LOCK_FILE = "lock";

    /** {@code history-number-random}: the number orders the attempts of a shard. */
    private static final Pattern NAME = Pattern.compile("([0-9a-f]{16})-([0-9]{1,18})-[0-9a-f]{8}");

    /** A younger directory may not have its lock yet. */
    private static final Duration SWEEP_AGE = Duration.ofMinutes(1);

    /** Backlogs are forgotten in hours: what nobody came back for in this time is of no use. */
    static final Duration KEEP_AGE = Duration.ofDays(7);

    /**
     * Directories in use by this process: opening and closing a lock file would give up the
     * process' own lock on it, so a sweep must not touch these.
     */
    private static final Set<Path> IN_USE = ConcurrentHashMap.newKeySet();

    private final Path path;
    private final FileChannel lockChannel;

    private SpoolDirectory(Path path, FileChannel lockChannel) {
        this.path = path;
        this.lockChannel = lockChannel;
    }

    /** A new directory, which comes behind all that the shard has. */
    static SpoolDirectory create(HistorySpool.Place place, History history) throws IOException {
        Path parent = place.shardDirectory();
        long number = list(parent).stream().mapToLong(SpoolDirectory::number).max().orElse(0) + 1;
        String random = String.format("%08x", ThreadLocalRandom.current().nextInt());
        Path path = parent.resolve(history.idText() + "-" + number + "-" + random);
        Files.createDirectories(path);
        IN_USE.add(path.toAbsolutePath());
        FileChannel lockChannel =
                FileChannel.open(
                        path.resolve(LOCK_FILE),
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.WRITE);
        FileLock lock = lockChannel.tryLock();
        if (lock == null) {
            lockChannel.close();
            throw new IOException(
                    "lock spool directory " + path + ": taken (expected: a new directory)");
        }
        return new SpoolDirectory(path, lockChannel);
    }

    Path path() {
        return path;
    }

    /** Those of the shard's attempts that hold something of the history, newest first. */
    static List<Path> attempts(HistorySpool.Place place, History history) throws IOException {
        return list(place.shardDirectory()).stream()
                .filter(path -> name(path).matches(history.idText() + "-.*"))
                .sorted(Comparator.comparingLong(SpoolDirectory::number).reversed())
                .toList();
    }

    private static String name(Path path) {
        return path.getFileName().toString();
    }

    private static long number(Path path) {
        Matcher name = NAME.matcher(name(path));
        return name.matches() ? Long.parseLong(name.group(2)) : 0;
    }

    private static List<Path> list(Path parent) throws IOException {
        try (Stream<Path> found = Files.list(parent)) {
            return found.toList();
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        } catch (UncheckedIOException e) {
            throw new IOException("list spool directory " + parent + ": " + e.getMessage(), e);
        }
    }

    /**
     * Deletes the shard's directories that nobody holds the lock of (a stopped process still holds
     * its own), and what no attempt of any shard came back for in {@link #KEEP_AGE}.
     *
     * @return number of directories deleted
     */
    static int sweep(HistorySpool.Place place) throws IOException {
        int swept = 0;
        for (Path attempt : list(place.shardDirectory())) {
            if (abandoned(attempt)) {
                deleteTree(attempt);
                swept++;
            }
        }
        for (Path sync : list(place.spoolDir())) {
            for (Path shard : list(sync)) {
                for (Path attempt : list(shard)) {
                    if (forgotten(attempt) && abandoned(attempt)) {
                        deleteTree(attempt);
                        swept++;
                    }
                }
            }
        }
        return swept;
    }

    private static boolean forgotten(Path attempt) throws IOException {
        if (!NAME.matcher(name(attempt)).matches()) {
            return false;
        }
        Instant limit = Instant.now().minus(KEEP_AGE);
        for (Path file : list(attempt)) {
            try {
                if (Files.getLastModifiedTime(file).toInstant().isAfter(limit)) {
                    return false;
                }
            } catch (NoSuchFileException e) {
                return false;
            }
        }
        return true;
    }

    private static boolean abandoned(Path attempt) throws IOException {
        if (IN_USE.contains(attempt.toAbsolutePath())) {
            return false;
        }
        Path lockFile = attempt.resolve(LOCK_FILE);
        try {
            Instant made = Files.getLastModifiedTime(lockFile).toInstant();
            if (made.isAfter(Instant.now().minus(SWEEP_AGE))) {
                return false;
            }
            try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE)) {
                return channel.tryLock() != null;
            }
        } catch (NoSuchFileException e) {
            return false;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    /** Gives up the lock; the files stay. */
    @Override
    public void close() throws IOException {
        try {
            lockChannel.close();
        } finally {
            IN_USE.remove(path.toAbsolutePath());
        }
    }

    /** Gives up the lock and removes everything. */
    void delete() throws IOException {
        close();
        deleteTree(path);
    }

    private static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        Files.walkFileTree(
                root,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.deleteIfExists(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException e)
                            throws IOException {
                        if (e instanceof NoSuchFileException) {
                            return FileVisitResult.CONTINUE;
                        }
                        throw e;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(Path directory, IOException e)
                            throws IOException {
                        if (e != null) {
                            throw e;
                        }
                        Files.deleteIfExists(directory);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}

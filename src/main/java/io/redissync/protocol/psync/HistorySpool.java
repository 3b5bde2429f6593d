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
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/**
 * The spool of one history and attempt: the snapshot's log and the stream's log in a directory of
 * their own, which no other attempt writes into.
 */
public final class HistorySpool implements Closeable {

    /** Where a spool keeps its files, and how much. */
    public record Place(
            Path spoolDir, String syncName, String shardId, long segmentBytes, SpoolBudget budget) {

        public static final long DEFAULT_SEGMENT_BYTES = 64L << 20;

        /** The directory of all attempts of the shard. */
        public Path shardDirectory() {
            return spoolDir.resolve(syncName).resolve(shardId);
        }
    }

    private static final String LOCK_FILE = "lock";

    /** A younger directory may not have its lock yet. */
    private static final Duration SWEEP_AGE = Duration.ofMinutes(1);

    /**
     * Directories in use by this process: opening and closing a lock file would give up the
     * process' own lock on it, so a sweep must not touch these.
     */
    private static final Set<Path> IN_USE = ConcurrentHashMap.newKeySet();

    private final Path directory;
    private final FileChannel lockChannel;
    private final History history;
    private final long startOffset;
    private final SpoolLog snapshot;
    private final SpoolLog stream;
    private final SpoolBudget budget;

    private volatile String replid;
    private volatile long snapshotLength = -1;

    private HistorySpool(
            Place place,
            Path directory,
            FileChannel lockChannel,
            History history,
            String replid,
            long startOffset,
            boolean withSnapshot) {
        this.directory = directory;
        this.lockChannel = lockChannel;
        this.history = history;
        this.replid = replid;
        this.startOffset = startOffset;
        this.budget = place.budget();
        this.snapshot = withSnapshot ? log(place, SpoolLog.Kind.SNAPSHOT, 0) : null;
        this.stream = log(place, SpoolLog.Kind.STREAM, startOffset);
    }

    private SpoolLog log(Place place, SpoolLog.Kind kind, long start) {
        return new SpoolLog(
                directory, kind, history.id(), start, place.segmentBytes(), place.budget());
    }

    /** The spool of a history that begins with a full resync. */
    public static HistorySpool begin(Place place, History history, String replid, long startOffset)
            throws IOException {
        return create(place, history, replid, startOffset, true);
    }

    /** The spool of a history that goes on: its stream begins at the offset, without snapshot. */
    public static HistorySpool resume(Place place, History history, String replid, long startOffset)
            throws IOException {
        return create(place, history, replid, startOffset, false);
    }

    private static HistorySpool create(
            Place place, History history, String replid, long startOffset, boolean withSnapshot)
            throws IOException {
        String attempt = String.format("%08x", ThreadLocalRandom.current().nextInt());
        Path directory = place.shardDirectory().resolve(history.idText() + "-" + attempt);
        Files.createDirectories(directory);
        IN_USE.add(directory.toAbsolutePath());
        FileChannel lockChannel =
                FileChannel.open(
                        directory.resolve(LOCK_FILE),
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.WRITE);
        FileLock lock = lockChannel.tryLock();
        if (lock == null) {
            lockChannel.close();
            throw new IOException(
                    "lock spool directory " + directory + ": taken (expected: a new directory)");
        }
        return new HistorySpool(
                place, directory, lockChannel, history, replid, startOffset, withSnapshot);
    }

    /**
     * Deletes what attempts of ended processes left behind: directories that nobody holds the lock
     * of. A stopped process still holds its own.
     *
     * @return number of directories deleted
     */
    public static int sweep(Place place) throws IOException {
        List<Path> attempts;
        try (Stream<Path> found = Files.list(place.shardDirectory())) {
            attempts = found.toList();
        } catch (NoSuchFileException e) {
            return 0;
        } catch (UncheckedIOException e) {
            throw new IOException(
                    "list spool directory " + place.shardDirectory() + ": " + e.getMessage(), e);
        }
        int swept = 0;
        for (Path attempt : attempts) {
            if (abandoned(attempt)) {
                deleteTree(attempt);
                swept++;
            }
        }
        return swept;
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

    public History history() {
        return history;
    }

    /** The id under which the master knows this history now; changes with its failovers. */
    public String replid() {
        return replid;
    }

    void replid(String newReplid) {
        this.replid = newReplid;
    }

    /** Replication offset at which the stream begins: its position of the first byte. */
    public long startOffset() {
        return startOffset;
    }

    /** The RDB, sealed once it is whole; empty when the history was resumed. */
    public Optional<SpoolLog> snapshot() {
        return Optional.ofNullable(snapshot);
    }

    /** The commands, addressed by replication offset; never sealed. */
    public SpoolLog stream() {
        return stream;
    }

    /** Length of the RDB: announced, or of a diskless one known at its end. */
    public OptionalLong snapshotLength() {
        long length = snapshotLength;
        return length < 0 ? OptionalLong.empty() : OptionalLong.of(length);
    }

    void snapshotLength(long length) {
        this.snapshotLength = length;
    }

    public SpoolBudget budget() {
        return budget;
    }

    public Path directory() {
        return directory;
    }

    public long bytesOnDisk() {
        return stream.bytesOnDisk() + (snapshot == null ? 0 : snapshot.bytesOnDisk());
    }

    /** Ends a wait of the reader in either log. */
    public void wakeUp() {
        if (snapshot != null) {
            snapshot.wakeUp();
        }
        stream.wakeUp();
    }

    /** Refuses further bytes and ends an append that waits for room; reading goes on. */
    void refuseAppends() {
        if (snapshot != null) {
            snapshot.refuseAppends();
        }
        stream.refuseAppends();
    }

    /** Closes both logs; the files stay until {@link #delete()}. */
    @Override
    public void close() throws IOException {
        try (FileChannel lockHeld = lockChannel;
                SpoolLog streamLog = stream;
                SpoolLog snapshotLog = snapshot) {
            refuseAppends();
        } finally {
            IN_USE.remove(directory.toAbsolutePath());
        }
    }

    /** Closes, gives the budget back and removes the directory. */
    public void delete() throws IOException {
        if (snapshot != null) {
            snapshot.delete();
        }
        stream.delete();
        close();
        deleteTree(directory);
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

    @Override
    public String toString() {
        return "spool of history " + history + " from offset " + startOffset + " in " + directory;
    }
}

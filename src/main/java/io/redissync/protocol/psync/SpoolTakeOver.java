package io.redissync.protocol.psync;

import io.redissync.command.History;
import io.redissync.command.Phase;
import io.redissync.command.Position;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the spool of a new attempt out of what an earlier one left, without touching anything of
 * that: it may be a stopped process that wakes up and goes on writing.
 *
 * <p>All comes from one attempt, whose bytes belong together: two attempts may have followed two
 * masters after a failover. Every frame is read and checked here, because the source has to be
 * asked for what follows the last good one. Sealed segments never change and are linked; the last
 * one of a stream may grow, so the good part of it is copied.
 */
final class SpoolTakeOver {

    private static final Logger LOG = LoggerFactory.getLogger(SpoolTakeOver.class);

    /** Segments that follow each other. */
    private record Chain(List<SegmentCheck> segments, long end) {}

    private final HistorySpool.Place place;
    private final Path from;
    private final SpoolManifest manifest;

    private SpoolTakeOver(HistorySpool.Place place, Path from, SpoolManifest manifest) {
        this.place = place;
        this.from = from;
        this.manifest = manifest;
    }

    /**
     * A spool that goes on from the position, if an earlier attempt left what is needed.
     *
     * @param position in the stream: what follows it may be anything, from nothing on; in the
     *     snapshot: the whole RDB has to be there
     */
    static Optional<HistorySpool> at(HistorySpool.Place place, Position position)
            throws IOException {
        for (Path attempt : SpoolDirectory.attempts(place, position.history())) {
            Optional<SpoolManifest> manifest = SpoolManifest.read(attempt);
            if (manifest.isPresent()) {
                Optional<HistorySpool> taken =
                        new SpoolTakeOver(place, attempt, manifest.get()).take(position);
                if (taken.isPresent()) {
                    return taken;
                }
            }
        }
        return Optional.empty();
    }

    private Optional<HistorySpool> take(Position position) throws IOException {
        return position.phase() == Phase.SNAPSHOT
                ? takeSnapshot(position.history())
                : takeStream(position);
    }

    private Optional<HistorySpool> takeSnapshot(History history) throws IOException {
        if (manifest.wholeSnapshot().isEmpty() || !manifest.history().equals(history)) {
            return Optional.empty();
        }
        long length = manifest.wholeSnapshot().getAsLong();
        Chain snapshot = chain(SpoolLog.Kind.SNAPSHOT, 0);
        if (snapshot.end() != length) {
            LOG.warn(
                    "Spool {}: only {} of the snapshot's {} bytes are there; it cannot be resumed",
                    from,
                    snapshot.end(),
                    length);
            return Optional.empty();
        }
        return Optional.of(
                make(manifest, snapshot, chain(SpoolLog.Kind.STREAM, manifest.streamStart())));
    }

    private Optional<HistorySpool> takeStream(Position position) throws IOException {
        if (!manifest.follows(position)) {
            return Optional.empty();
        }
        Chain stream = chain(SpoolLog.Kind.STREAM, position.offset());
        if (stream.end() < position.offset()) {
            LOG.warn(
                    "Spool {}: ends at offset {}, before {}; it is not used",
                    from,
                    stream.end(),
                    position);
            return Optional.empty();
        }
        boolean empty = stream.segments().isEmpty();
        if (empty && lastOf(SpoolLog.Kind.STREAM) != position.offset()) {
            return Optional.empty();
        }
        long start = empty ? position.offset() : stream.segments().get(0).start();
        return Optional.of(make(manifest.withoutSnapshot(start), null, stream));
    }

    /** Where a log without a segment at its end stands. */
    private long lastOf(SpoolLog.Kind kind) throws IOException {
        Map.Entry<Long, Path> last = files(kind).lastEntry();
        return last == null ? manifest.streamStart() : last.getKey();
    }

    /** The good bytes from the segment that holds the position on, as long as they are together. */
    private Chain chain(SpoolLog.Kind kind, long position) throws IOException {
        List<SegmentCheck> good = new ArrayList<>();
        NavigableMap<Long, Path> files = files(kind);
        Long first = files.floorKey(position);
        if (first == null) {
            return new Chain(good, position);
        }
        long end = first;
        for (Map.Entry<Long, Path> next : files.tailMap(first, true).entrySet()) {
            if (next.getKey() != end) {
                LOG.warn(
                        "Spool file {}: position {} is missing before it; it is not used",
                        next.getValue(),
                        end);
                break;
            }
            SegmentCheck segment =
                    SegmentCheck.of(next.getValue(), kind, manifest.history().id(), end);
            if (segment.end() > segment.start()) {
                good.add(segment);
                end = segment.end();
            }
            if (segment.problem().isPresent()) {
                LOG.warn(
                        "Spool file {}, position {}: {}; what follows is not used",
                        segment.file(),
                        end,
                        segment.problem().get());
                break;
            }
        }
        return new Chain(good, end);
    }

    private NavigableMap<Long, Path> files(SpoolLog.Kind kind) throws IOException {
        Pattern name = SpoolFormat.fileNames(kind);
        NavigableMap<Long, Path> byStart = new TreeMap<>();
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Matcher match = name.matcher(file.getFileName().toString());
                if (match.matches()) {
                    byStart.put(Long.parseLong(match.group(1)), file);
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            LOG.debug("spool {} has gone", from, e);
        } catch (UncheckedIOException e) {
            throw new IOException("list spool directory " + from + ": " + e.getMessage(), e);
        }
        return byStart;
    }

    /** The manifest comes last: without it nobody uses the directory. */
    private HistorySpool make(SpoolManifest begin, Chain snapshot, Chain stream)
            throws IOException {
        SpoolDirectory own = SpoolDirectory.create(place, begin.history());
        HistorySpool spool = null;
        try {
            spool =
                    HistorySpool.takenOver(
                            place,
                            own,
                            begin,
                            snapshot == null
                                    ? HistorySpool.Contents.STREAM
                                    : HistorySpool.Contents.SNAPSHOT_AND_STREAM);
            if (snapshot != null) {
                fill(spool.snapshot().orElseThrow(), snapshot, Last.IS_SEALED);
                spool.snapshot().get().seal();
            }
            fill(spool.stream(), stream, Last.MAY_GROW);
            begin.write(own.path());
        } catch (IOException e) {
            if (spool != null) {
                spool.delete();
            } else {
                own.delete();
            }
            throw new IOException(
                    "take over spool " + from + " into " + own.path() + ": " + e.getMessage(), e);
        }
        LOG.info(
                "Spool {}: {} bytes taken over from {}, stream up to offset {}",
                own.path(),
                spool.bytesOnDisk(),
                from,
                stream.end());
        return spool;
    }

    /** Whether the writer of the last segment may still append to it. */
    private enum Last {
        IS_SEALED,
        MAY_GROW
    }

    private static void fill(SpoolLog log, Chain chain, Last last) throws IOException {
        List<SegmentCheck> segments = chain.segments();
        for (int i = 0; i < segments.size(); i++) {
            SegmentCheck segment = segments.get(i);
            Path copy = log.directory().resolve(segment.file().getFileName());
            boolean immutable = i < segments.size() - 1 || last == Last.IS_SEALED;
            if (!immutable || segment.problem().isPresent() || !linked(segment.file(), copy)) {
                copy(segment, copy);
            }
            log.adopt(copy, segment.start(), segment.end(), segment.fileBytes());
        }
    }

    private static boolean linked(Path file, Path link) throws IOException {
        try {
            Files.createLink(link, file);
            return true;
        } catch (NoSuchFileException e) {
            throw e;
        } catch (UnsupportedOperationException | FileSystemException e) {
            LOG.debug("spool file {} cannot be linked to, it is copied", file, e);
            return false;
        }
    }

    private static void copy(SegmentCheck segment, Path copy) throws IOException {
        try (FileChannel in = FileChannel.open(segment.file(), StandardOpenOption.READ);
                FileChannel out =
                        FileChannel.open(
                                copy, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            long at = 0;
            while (at < segment.fileBytes()) {
                long n = in.transferTo(at, segment.fileBytes() - at, out);
                if (n <= 0) {
                    throw new SpoolCorruptException(
                            segment.file(),
                            segment.end(),
                            "the file ends at byte "
                                    + at
                                    + " (expected: "
                                    + segment.fileBytes()
                                    + " bytes, as before)");
                }
                at += n;
            }
        }
    }
}

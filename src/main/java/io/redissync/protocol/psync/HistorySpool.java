package io.redissync.protocol.psync;

import io.redissync.command.History;
import io.redissync.command.Phase;
import io.redissync.command.Position;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

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

    /** Which logs there are. */
    enum Contents {
        SNAPSHOT_AND_STREAM,
        STREAM
    }

    private final SpoolDirectory directory;
    private final SpoolLog snapshot;
    private final SpoolLog stream;
    private final SpoolBudget budget;

    /** Changed by the thread that fills the spool. */
    private volatile SpoolManifest manifest;

    private volatile long snapshotLength = -1;

    /** Up to where a checkpoint covers the snapshot. */
    private volatile long snapshotCovered;

    /** Whether the reader is still before the place where an earlier attempt was. */
    private volatile boolean rereading;

    private HistorySpool(
            Place place, SpoolDirectory directory, SpoolManifest manifest, Contents contents) {
        this.directory = directory;
        this.manifest = manifest;
        this.budget = place.budget();
        this.snapshot =
                contents == Contents.SNAPSHOT_AND_STREAM
                        ? log(place, SpoolLog.Kind.SNAPSHOT, 0)
                        : null;
        this.stream = log(place, SpoolLog.Kind.STREAM, manifest.streamStart());
    }

    private SpoolLog log(Place place, SpoolLog.Kind kind, long start) {
        SpoolLog log =
                new SpoolLog(
                        directory.path(),
                        kind,
                        manifest.history().id(),
                        start,
                        place.segmentBytes(),
                        place.budget());
        log.whenShort(this::giveUpSnapshot);
        return log;
    }

    /** The spool of a history that begins with a full resync. */
    public static HistorySpool begin(Place place, History history, String replid, long startOffset)
            throws IOException {
        return create(
                place,
                SpoolManifest.of(history, replid, startOffset),
                Contents.SNAPSHOT_AND_STREAM);
    }

    /** The spool of a stream that begins at the offset, without snapshot. */
    public static HistorySpool resume(Place place, History history, String replid, long startOffset)
            throws IOException {
        return create(place, SpoolManifest.of(history, replid, startOffset), Contents.STREAM);
    }

    /**
     * The spool of a history that the source itself continues.
     *
     * @param replid the id that the source gave the history by now
     */
    public static HistorySpool resume(Place place, Position from, String replid)
            throws IOException {
        return create(
                place,
                SpoolManifest.of(from.history(), from.replid(), from.offset())
                        .withName(replid, from.offset()),
                Contents.STREAM);
    }

    /**
     * A spool with what an earlier attempt of the history left behind the position, if it did:
     * checked, without touching what that attempt has, which may still be at work. It ends where
     * the good bytes end; the source has to be asked for what follows {@link #replid()} and the
     * stream's end.
     *
     * @param position in the snapshot, then the whole RDB is there and all that followed it; or in
     *     the stream
     */
    public static Optional<HistorySpool> takeOver(Place place, Position position)
            throws IOException {
        return SpoolTakeOver.at(place, position);
    }

    /** For the one who fills it and then writes the manifest. */
    static HistorySpool takenOver(
            Place place, SpoolDirectory directory, SpoolManifest manifest, Contents contents) {
        HistorySpool spool = new HistorySpool(place, directory, manifest, contents);
        spool.snapshotLength = manifest.wholeSnapshot().orElse(-1);
        spool.rereading = contents == Contents.SNAPSHOT_AND_STREAM;
        return spool;
    }

    private static HistorySpool create(Place place, SpoolManifest manifest, Contents contents)
            throws IOException {
        SpoolDirectory directory = SpoolDirectory.create(place, manifest.history());
        manifest.write(directory.path());
        return new HistorySpool(place, directory, manifest, contents);
    }

    /**
     * Deletes what attempts of ended processes left behind: directories of this shard that nobody
     * holds the lock of (a stopped process still holds its own), and of any shard those that nobody
     * came back for in a week. What is still wanted has to be taken over before.
     *
     * @return number of directories deleted
     */
    public static int sweep(Place place) throws IOException {
        return SpoolDirectory.sweep(place);
    }

    public History history() {
        return manifest.history();
    }

    /** The id under which the master knows this history now; changes with its failovers. */
    public String replid() {
        return manifest.replid();
    }

    /** The source goes on under this id from the stream's end on; called by the writing thread. */
    void replid(String newReplid) throws IOException {
        change(manifest.withName(newReplid, stream.end()));
    }

    private void change(SpoolManifest next) throws IOException {
        next.write(directory.path());
        manifest = next;
    }

    /** Replication offset at which the stream begins: its position of the first byte. */
    public long startOffset() {
        return manifest.streamStart();
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

    /** All of the RDB is there: from now on another attempt can take it over. */
    void snapshotReceived(long length) throws IOException {
        snapshotLength(length);
        // A snapshot that is thrown away needs no log.
        if (snapshot != null) {
            snapshot.seal();
            change(manifest.withWholeSnapshot(length));
        }
    }

    /** Whether another attempt can use what is here. */
    public boolean resumable() {
        return snapshot == null || manifest.wholeSnapshot().isPresent();
    }

    /** The reader has come to the place where an earlier attempt was. */
    public void snapshotReread() {
        rereading = false;
    }

    /**
     * A checkpoint covers everything up to the position: releases what nobody needs. Of the
     * snapshot that is nothing before the checkpoint is in the stream, because it can only be
     * resumed whole; unless there is no room.
     */
    public void release(Position covered) throws IOException {
        if (covered.phase() == Phase.SNAPSHOT) {
            snapshotCovered = Math.max(snapshotCovered, covered.offset());
            if (budget.state() == SpoolBudget.State.FULL) {
                giveUpSnapshot();
            }
            return;
        }
        if (snapshot != null) {
            snapshot.release(snapshot.end());
        }
        stream.release(covered.offset());
    }

    private void giveUpSnapshot() throws IOException {
        if (snapshot != null && !rereading) {
            snapshot.release(snapshotCovered);
        }
    }

    public SpoolBudget budget() {
        return budget;
    }

    public Path directory() {
        return directory.path();
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
        try (SpoolDirectory locked = directory;
                SpoolLog streamLog = stream;
                SpoolLog snapshotLog = snapshot) {
            refuseAppends();
        }
    }

    /** Closes, gives the budget back and removes the directory. */
    public void delete() throws IOException {
        if (snapshot != null) {
            snapshot.delete();
        }
        stream.delete();
        close();
        directory.delete();
    }

    @Override
    public String toString() {
        return "spool of history "
                + history()
                + " from offset "
                + startOffset()
                + " in "
                + directory.path();
    }
}

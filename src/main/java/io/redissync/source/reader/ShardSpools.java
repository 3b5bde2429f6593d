package io.redissync.source.reader;

import io.redissync.command.Position;
import io.redissync.protocol.psync.HistorySpool;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The spools that one attempt at a shard has on the disk, and what becomes of them. Can be called
 * from any thread.
 */
final class ShardSpools {

    private static final Logger LOG = LoggerFactory.getLogger(ShardSpools.class);

    private final HistorySpool.Place place;

    /** Spools that are not deleted yet: the newest, and one before it that is still read. */
    private final Set<HistorySpool> spools = new HashSet<>();

    private Position tried;
    private Optional<HistorySpool> takenOver = Optional.empty();

    ShardSpools(HistorySpool.Place place) {
        this.place = place;
    }

    HistorySpool.Place place() {
        return place;
    }

    /** The spool that goes on from the position, if earlier attempts left one; made once. */
    synchronized Optional<HistorySpool> takeOver(Position from) throws IOException {
        if (!from.equals(tried)) {
            takenOver = HistorySpool.takeOver(place, from);
            takenOver.ifPresent(spools::add);
            tried = from;
        }
        return takenOver;
    }

    synchronized void add(HistorySpool spool) {
        spools.add(spool);
    }

    /**
     * Removes what earlier attempts left; what this one needs of it has to be taken over before.
     */
    void sweep() {
        try {
            HistorySpool.sweep(place);
        } catch (IOException e) {
            LOG.warn(
                    "Spools of earlier attempts in {} were not all deleted: {}",
                    place.spoolDir(),
                    e.getMessage());
        }
    }

    /** Deletes a spool that is read no more. */
    void delete(HistorySpool spool) {
        synchronized (this) {
            if (!spools.remove(spool)) {
                return;
            }
        }
        try {
            spool.close();
            spool.delete();
        } catch (IOException e) {
            LOG.warn("Spool {} was not deleted: {}", spool, e.getMessage());
        }
    }

    void deleteAll() {
        left().forEach(this::delete);
    }

    /** Leaves on the disk what another attempt can go on with, and deletes the rest. */
    void close(Optional<HistorySpool> newest) {
        for (HistorySpool spool : left()) {
            if (newest.isEmpty() || newest.get() != spool || !spool.resumable()) {
                delete(spool);
                continue;
            }
            try {
                spool.close();
            } catch (IOException e) {
                LOG.warn("Spool {} was not closed: {}", spool, e.getMessage());
            }
        }
    }

    private synchronized List<HistorySpool> left() {
        return List.copyOf(spools);
    }
}

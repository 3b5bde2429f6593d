package io.redissync.protocol.psync;

import io.redissync.command.Position;
import java.io.IOException;
import java.util.Optional;

/** Makes the spool of a history; called from the spool-writer thread of the link. */
@FunctionalInterface
public interface SpoolFactory {

    /**
     * Makes the spool and its directory.
     *
     * @param replid the source's replication id
     * @param startOffset replication offset at which the stream begins
     * @param resumed the position that was asked for when the source continues from it; empty for a
     *     new history, whose id the factory makes; with {@link SnapshotMode#DISCARD} its spool may
     *     come without a snapshot's log
     */
    HistorySpool create(String replid, long startOffset, Optional<Position> resumed)
            throws IOException;
}

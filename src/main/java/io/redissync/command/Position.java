package io.redissync.command;

import java.util.Objects;

/**
 * A place in a shard's history at a command boundary outside a transaction.
 *
 * @param history the history that the offset belongs to
 * @param replid the source's replication id that {@code PSYNC} has to name to continue from here
 * @param phase what the offset counts
 * @param offset in {@link Phase#SNAPSHOT} the bytes of the RDB consumed so far, in {@link
 *     Phase#STREAM} the replication offset up to which everything is included ({@code PSYNC} asks
 *     for the offset after it)
 * @param db the db that is selected at this place of the stream
 */
public record Position(History history, String replid, Phase phase, long offset, int db) {

    public Position {
        Objects.requireNonNull(history, "history");
        Objects.requireNonNull(replid, "replid");
        Objects.requireNonNull(phase, "phase");
    }

    public boolean sameHistory(Position other) {
        return history.equals(other.history);
    }

    /**
     * Orders two places of one history.
     *
     * @throws IllegalArgumentException when the histories differ: their offsets cannot be compared
     */
    public int compareInHistory(Position other) {
        if (!sameHistory(other)) {
            throw new IllegalArgumentException(
                    "cannot order positions of different histories: " + this + " and " + other);
        }
        int byPhase = phase.compareTo(other.phase);
        return byPhase != 0 ? byPhase : Long.compare(offset, other.offset);
    }

    public boolean isAfter(Position other) {
        return compareInHistory(other) > 0;
    }

    public Position advancedTo(long newOffset, int newDb) {
        return new Position(history, replid, phase, newOffset, newDb);
    }

    @Override
    public String toString() {
        return phase.name().toLowerCase(java.util.Locale.ROOT)
                + " offset "
                + offset
                + " of history "
                + history
                + " (replid "
                + replid
                + ", db "
                + db
                + ")";
    }
}

package io.redissync.command;

/**
 * The stretch of a shard's replication stream that begins with one full resync.
 *
 * <p>The id is random and made at every FULLRESYNC, because two snapshots can have the same replid
 * and offset. The epoch grows by one each time a history replaces another at the target, so that
 * two copies of a job cannot replace each other's histories for ever.
 *
 * @param id random 64-bit id
 * @param epoch 1 for the first history that a target sees, then one more than the replaced one's
 */
public record History(long id, int epoch) {

    public History {
        if (epoch < 1) {
            throw new IllegalArgumentException("history epoch: " + epoch + " (expected: >= 1)");
        }
    }

    /** The id as 16 hexadecimal digits, as it stands in markers, logs and directory names. */
    public String idText() {
        return String.format("%016x", id);
    }

    @Override
    public String toString() {
        return idText() + "/" + epoch;
    }
}

package io.redissync.protocol.psync;

import io.redissync.connection.ConnectionSettings;
import io.redissync.connection.Shard;
import java.time.Duration;
import java.util.Objects;

/**
 * How a link joins its master.
 *
 * @param clientName for {@code CLIENT SETNAME}
 * @param ack which offset is acknowledged
 * @param snapshot what becomes of the RDB
 * @param backoffMin pause before the first reconnect; doubled each time up to {@code backoffMax}
 * @param psyncCommand name of PSYNC, which some providers rename
 * @param replconfCommand name of REPLCONF
 */
public record LinkSettings(
        Shard shard,
        ConnectionSettings connection,
        String clientName,
        AckMode ack,
        SnapshotMode snapshot,
        Duration backoffMin,
        Duration backoffMax,
        String psyncCommand,
        String replconfCommand) {

    public LinkSettings {
        Objects.requireNonNull(shard, "shard");
        Objects.requireNonNull(connection, "connection");
        if (!clientName.matches("[!-~]+")) {
            throw new IllegalArgumentException(
                    "client name: " + clientName + " (expected: printable ASCII without spaces)");
        }
        if (backoffMin.isNegative()
                || backoffMin.isZero()
                || backoffMax.compareTo(backoffMin) < 0) {
            throw new IllegalArgumentException(
                    "reconnect backoff: "
                            + backoffMin
                            + " to "
                            + backoffMax
                            + " (expected: 0 < min <= max)");
        }
    }

    /** The defaults: acknowledge checkpoints, keep the snapshot, back off from 0.1 s to 10 s. */
    public static LinkSettings of(Shard shard, ConnectionSettings connection) {
        return new LinkSettings(
                shard,
                connection,
                "redis-sync-" + shard.id(),
                AckMode.CHECKPOINTED,
                SnapshotMode.KEEP,
                Duration.ofMillis(100),
                Duration.ofSeconds(10),
                "PSYNC",
                "REPLCONF");
    }

    public LinkSettings withAck(AckMode newAck) {
        return new LinkSettings(
                shard,
                connection,
                clientName,
                newAck,
                snapshot,
                backoffMin,
                backoffMax,
                psyncCommand,
                replconfCommand);
    }

    public LinkSettings withSnapshot(SnapshotMode newSnapshot) {
        return new LinkSettings(
                shard,
                connection,
                clientName,
                ack,
                newSnapshot,
                backoffMin,
                backoffMax,
                psyncCommand,
                replconfCommand);
    }
}

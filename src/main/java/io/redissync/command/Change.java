package io.redissync.command;

import java.util.List;
import java.util.Objects;

/**
 * The unit of atomicity and one Flink record: what a shard did, the lane it is ordered in and the
 * position that is reached once it is applied.
 */
public sealed interface Change {

    /** Id of the shard that the change comes from. */
    String shard();

    /** Lane (Flink key group) in which the change is ordered. */
    int lane();

    /** The position at the end of the change. */
    Position position();

    /** The same change in another lane. */
    Change inLane(int lane);

    /** Approximate bytes that the change holds on to; what bounds count. */
    int sizeInBytes();

    /** One command of the stream, or one that carries a part of the snapshot that is no key. */
    record Single(String shard, int lane, Position position, DbCommand command) implements Change {
        public Single {
            Objects.requireNonNull(position, "position");
            Objects.requireNonNull(command, "command");
        }

        @Override
        public Single inLane(int lane) {
            return new Single(shard, lane, position, command);
        }

        @Override
        public int sizeInBytes() {
            return OVERHEAD + command.command().length();
        }
    }

    /** A whole transaction of the source, without its MULTI and EXEC. */
    record Transaction(String shard, int lane, Position position, List<DbCommand> commands)
            implements Change {
        public Transaction {
            Objects.requireNonNull(position, "position");
            commands = List.copyOf(commands);
        }

        @Override
        public Transaction inLane(int lane) {
            return new Transaction(shard, lane, position, commands);
        }

        @Override
        public int sizeInBytes() {
            int size = OVERHEAD;
            for (DbCommand command : commands) {
                size = Math.addExact(size, OVERHEAD + command.command().length());
            }
            return size;
        }
    }

    /** One key of the snapshot. */
    record Entry(String shard, int lane, Position position, int db, SnapshotEntry entry)
            implements Change {
        public Entry {
            Objects.requireNonNull(position, "position");
            Objects.requireNonNull(entry, "entry");
        }

        @Override
        public Entry inLane(int lane) {
            return new Entry(shard, lane, position, db, entry);
        }

        @Override
        public int sizeInBytes() {
            return OVERHEAD + entry.key().length + entry.value().length;
        }
    }

    /** A position without a command. */
    record Tick(String shard, int lane, Position position) implements Change {
        public Tick {
            Objects.requireNonNull(position, "position");
        }

        @Override
        public Tick inLane(int lane) {
            return new Tick(shard, lane, position);
        }

        @Override
        public int sizeInBytes() {
            return OVERHEAD;
        }
    }

    /**
     * A new history begins: what the target holds of an older one is about to be replaced. The
     * first change of every history that a full resync made, and only of those.
     */
    record Begin(String shard, int lane, Position position) implements Change {
        public Begin {
            Objects.requireNonNull(position, "position");
        }

        @Override
        public Begin inLane(int lane) {
            return new Begin(shard, lane, position);
        }

        @Override
        public int sizeInBytes() {
            return OVERHEAD;
        }
    }

    /** What a change costs beside its bytes, in bytes. */
    int OVERHEAD = 64;
}

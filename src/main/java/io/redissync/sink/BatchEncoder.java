package io.redissync.sink;

import io.redissync.command.Change;
import io.redissync.command.ClientForm;
import io.redissync.command.Command;
import io.redissync.command.DbCommand;
import io.redissync.command.Expiry;
import io.redissync.command.Marker;
import io.redissync.command.SnapshotEntry;
import io.redissync.protocol.rdb.RestorePayload;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/** Writes a batch as the target reads it: the compare-and-swap around the changes' commands. */
final class BatchEncoder {

    /** What makes the target refuse a batch whose marker is not there. */
    enum Guard {
        /** None: at-least-once. */
        NONE,
        /** The WATCH under which the marker was read a moment ago on this connection. */
        WATCHED,
        /** The token that the batch before wrote, which no other batch believes. */
        CHAINED
    }

    private final MarkerStore markers;
    private final long slackMillis;
    private final TargetVersion version;
    private final WireBuffer wire = new WireBuffer();

    private int[] owner = new int[1024];
    private int commands;
    private int dataCommands;
    private int db;

    BatchEncoder(MarkerStore markers, SinkSettings settings, TargetVersion version) {
        this.markers = markers;
        this.slackMillis = settings.ttlSlack().toMillis();
        this.version = version;
    }

    /** The encoded batch; valid until the next {@link #encode}. */
    WireBuffer wire() {
        return wire;
    }

    Batch encode(LaneState lane, List<Change> changes, Marker next, Guard guard) {
        String key = markers.key(lane.shard, lane.lane);
        wire.clear();
        commands = 0;
        dataCommands = 0;
        db = 0;
        if (guard == Guard.CHAINED) {
            wire.command("WATCH", key);
            wire.command("HSETNX", key, lane.believed.token(), Marker.MISBELIEF);
        }
        if (guard != Guard.NONE) {
            wire.command("MULTI");
        }
        BitSet swapped = new BitSet();
        for (int i = 0; i < changes.size(); i++) {
            change(changes.get(i), i, swapped);
        }
        // SWAPDB 0 n carries the old marker away with db 0: it must not come back with a later one.
        for (int stray = swapped.nextSetBit(1); stray > 0; stray = swapped.nextSetBit(stray + 1)) {
            select(stray, -1);
            own("DEL", key);
        }
        select(0, -1);
        if (guard != Guard.NONE) {
            own("DEL", key);
        }
        own("HSET", key, next.token(), next.encode());
        if (guard != Guard.NONE) {
            wire.command("EXEC");
        }
        return new Batch(
                lane,
                changes,
                next,
                guard,
                commands,
                Arrays.copyOf(owner, commands),
                dataCommands,
                wire.length());
    }

    /** The dbs that a command makes the encoder select. */
    static int[] dbsOf(DbCommand dbCommand) {
        Command command = dbCommand.command();
        return isSwap(command)
                ? new int[] {
                    dbCommand.db(),
                    Integer.parseInt(command.argText(1)),
                    Integer.parseInt(command.argText(2))
                }
                : new int[] {dbCommand.db()};
    }

    private static boolean isSwap(Command command) {
        return command.argCount() == 3 && command.argIs(0, "SWAPDB");
    }

    private void change(Change change, int index, BitSet swapped) {
        if (change instanceof Change.Single single) {
            command(single.command(), index, swapped);
        } else if (change instanceof Change.Transaction transaction) {
            for (DbCommand each : transaction.commands()) {
                command(each, index, swapped);
            }
        } else if (change instanceof Change.Entry entry) {
            select(entry.db(), index);
            restore(entry.entry(), index);
        }
        // Tick and Begin carry a position only: the marker that the batch writes says it.
    }

    private void command(DbCommand dbCommand, int index, BitSet swapped) {
        Command command = ClientForm.of(Expiry.shifted(dbCommand.command(), slackMillis));
        if (isSwap(command)) {
            swapped.set(Integer.parseInt(command.argText(1)));
            swapped.set(Integer.parseInt(command.argText(2)));
        }
        select(dbCommand.db(), index);
        List<Command> forms =
                version.knowsSetPxat() ? List.of(command) : Expiry.forOldTarget(command);
        for (Command form : forms) {
            wire.append(form);
            count(index);
        }
        dataCommands++;
    }

    private void restore(SnapshotEntry entry, int index) {
        long expireAt = entry.expires() ? saturatedSum(entry.expireAtMillis(), slackMillis) : 0;
        List<String> options = new ArrayList<>(4);
        if (version.knowsRestoreReplace()) {
            options.add("REPLACE");
        } else {
            wire.begin(2);
            wire.argument("DEL");
            wire.argument(entry.key());
            count(index);
        }
        if (version.knowsAbsoluteRestore()) {
            if (entry.expires()) {
                options.add("ABSTTL");
            }
            if (entry.idleSeconds() != SnapshotEntry.NONE) {
                options.add("IDLETIME");
                options.add(Long.toString(entry.idleSeconds()));
            } else if (entry.frequency() != SnapshotEntry.NONE) {
                options.add("FREQ");
                options.add(Integer.toString(entry.frequency()));
            }
        } else if (entry.expires()) {
            // A relative time to live must be positive; what is past expires at once this way.
            expireAt = Math.max(1, expireAt - System.currentTimeMillis());
        }
        wire.begin(4 + options.size());
        wire.argument("RESTORE");
        wire.argument(entry.key());
        wire.argument(Long.toString(expireAt));
        int start = wire.beginArgument(RestorePayload.lengthOf(entry));
        RestorePayload.write(entry, wire.bytes(), start);
        wire.endArgument();
        options.forEach(wire::argument);
        count(index);
        dataCommands++;
    }

    private static long saturatedSum(long millis, long slack) {
        return millis > Long.MAX_VALUE - slack ? Long.MAX_VALUE : millis + slack;
    }

    private void select(int wanted, int index) {
        if (wanted != db) {
            wire.command("SELECT", Integer.toString(wanted));
            count(index);
            db = wanted;
        }
    }

    private void own(String... args) {
        wire.command(args);
        count(-1);
    }

    private void count(int index) {
        if (commands == owner.length) {
            owner = Arrays.copyOf(owner, commands * 2);
        }
        owner[commands++] = index;
    }
}

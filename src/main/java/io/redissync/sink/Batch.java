package io.redissync.sink;

import io.redissync.command.Change;
import io.redissync.command.Marker;
import io.redissync.command.Position;
import java.util.List;

/**
 * The changes that the target applies in one transaction, as they were sent, until their replies
 * are read.
 *
 * @param lane whose changes they are
 * @param changes in the lane's order
 * @param marker the marker that the batch writes
 * @param guard what stands before its commands on the wire
 * @param commands commands inside the transaction, the marker's own included
 * @param owner for each command inside the transaction the index of its change, or -1
 * @param dataCommands commands of the source among them
 * @param bytes bytes on the wire
 */
@SuppressWarnings("ArrayRecordComponent") // Batches are not compared.
record Batch(
        LaneState lane,
        List<Change> changes,
        Marker marker,
        BatchEncoder.Guard guard,
        int commands,
        int[] owner,
        int dataCommands,
        int bytes) {

    /** Where the lane is when the batch is applied. */
    Position end() {
        return changes.get(changes.size() - 1).position();
    }

    /** Bytes of the changes, as the buffer counts them. */
    long heldBytes() {
        long held = 0;
        for (Change change : changes) {
            held += change.sizeInBytes();
        }
        return held;
    }

    /** The change that a command inside the transaction belongs to, for a message. */
    String describe(int command) {
        int index = command < owner.length ? owner[command] : -1;
        if (index < 0) {
            return "a command of the batch's own";
        }
        Change change = changes.get(index);
        String what;
        if (change instanceof Change.Single single) {
            what = single.command().command() + " in db " + single.command().db();
        } else if (change instanceof Change.Entry entry) {
            what = entry.entry() + " in db " + entry.db();
        } else if (change instanceof Change.Transaction transaction) {
            int first = command;
            while (first > 0 && owner[first - 1] == index) {
                first--;
            }
            what =
                    "a transaction of "
                            + transaction.commands().size()
                            + " commands (its command "
                            + (command - first + 1)
                            + " counted with the SELECTs)";
        } else {
            what = change.toString();
        }
        return what + ", at " + change.position();
    }
}

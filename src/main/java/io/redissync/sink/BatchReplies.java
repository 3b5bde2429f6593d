package io.redissync.sink;

import io.redissync.connection.RedisConnection;
import io.redissync.connection.RedisError;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Reads the replies of one batch and says what became of it. */
final class BatchReplies {

    /**
     * A command that the target refused.
     *
     * @param command index inside the batch's transaction
     */
    record Refusal(int command, RedisError error) {}

    /** What became of a batch. */
    enum Outcome {
        /** The transaction ran and the marker is the batch's. */
        APPLIED,
        /** The marker was not as believed: nothing was changed. */
        MISBELIEVED,
        /** The target refused the transaction before it ran: nothing was changed. */
        ABORTED,
        /**
         * It ran although the check before it had failed, or outside of a transaction because MULTI
         * was refused: exactness can no longer be vouched for.
         */
        UNCHECKED
    }

    private final Outcome outcome;
    private final List<Refusal> refusals;
    private final RedisError cause;

    private BatchReplies(Outcome outcome, List<Refusal> refusals, RedisError cause) {
        this.outcome = outcome;
        this.refusals = refusals;
        this.cause = cause;
    }

    Outcome outcome() {
        return outcome;
    }

    /** Commands refused: of an APPLIED batch by themselves, of an ABORTED one when queued. */
    List<Refusal> refusals() {
        return refusals;
    }

    /** Why it was ABORTED or UNCHECKED; null otherwise. */
    RedisError cause() {
        return cause;
    }

    static BatchReplies read(RedisConnection connection, Batch batch) throws IOException {
        return batch.guard() == BatchEncoder.Guard.NONE
                ? readPipeline(connection, batch)
                : readTransaction(connection, batch);
    }

    private static BatchReplies readPipeline(RedisConnection connection, Batch batch)
            throws IOException {
        List<Refusal> refusals = new ArrayList<>(0);
        for (int i = 0; i < batch.commands(); i++) {
            if (connection.read() instanceof RedisError error) {
                refusals.add(new Refusal(i, error));
            }
        }
        for (Refusal refusal : refusals) {
            if (TargetErrors.passes(refusal.error())) {
                return new BatchReplies(Outcome.ABORTED, refusals, refusal.error());
            }
        }
        return new BatchReplies(Outcome.APPLIED, refusals, null);
    }

    private static BatchReplies readTransaction(RedisConnection connection, Batch batch)
            throws IOException {
        RedisError check = null;
        // WATCH and HSETNX when chained, MULTI.
        int checks = batch.guard() == BatchEncoder.Guard.CHAINED ? 3 : 1;
        for (int i = 0; i < checks; i++) {
            if (connection.read() instanceof RedisError error && check == null) {
                check = error;
            }
        }
        List<Refusal> refusals = new ArrayList<>(0);
        boolean ran = false;
        for (int i = 0; i < batch.commands(); i++) {
            Object queued = connection.read();
            if (queued instanceof RedisError error) {
                refusals.add(new Refusal(i, error));
            } else if (!RedisConnection.asText(queued).equals("QUEUED")) {
                ran = true;
            }
        }
        Object exec = connection.read();
        if (check != null) {
            return new BatchReplies(
                    ran || exec instanceof List<?> ? Outcome.UNCHECKED : Outcome.ABORTED,
                    refusals,
                    check);
        }
        if (exec == null) {
            return new BatchReplies(Outcome.MISBELIEVED, refusals, null);
        }
        if (exec instanceof RedisError error) {
            RedisError cause = refusals.isEmpty() ? error : refusals.get(0).error();
            return new BatchReplies(Outcome.ABORTED, refusals, cause);
        }
        List<?> executed = (List<?>) exec;
        for (int i = 0; i < executed.size(); i++) {
            if (executed.get(i) instanceof RedisError error) {
                refusals.add(new Refusal(i, error));
            }
        }
        return new BatchReplies(Outcome.APPLIED, refusals, null);
    }
}

package io.redissync.sink;

import io.redissync.connection.RedisConnection;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What has to be written down on the target before the sender may fail with it: kept until that is
 * done, over as many connections as it takes.
 */
final class LastWords {

    private final SinkSettings settings;
    private final MarkerStore markers;

    /** The first refused command of each lane. */
    private final Map<LaneState, String> refusals = new LinkedHashMap<>();

    /** Batches applied without their check: the last of each lane, and why. */
    private final Map<LaneState, Batch> unchecked = new LinkedHashMap<>();

    private String uncheckedCause;

    LastWords(SinkSettings settings, MarkerStore markers) {
        this.settings = settings;
        this.markers = markers;
    }

    void refused(LaneState lane, String what) {
        refusals.putIfAbsent(lane, what);
    }

    void unchecked(Batch batch, String cause) {
        unchecked.put(batch.lane(), batch);
        uncheckedCause = cause;
    }

    boolean isEmpty() {
        return refusals.isEmpty() && unchecked.isEmpty();
    }

    /**
     * Writes everything and fails with it; nothing may be in flight.
     *
     * @throws FatalSinkException about refused commands
     * @throws TargetLostWritesException about batches that were not checked
     * @throws IOException when it could not be written: try again on a new connection
     */
    void deliver(RedisConnection connection) throws IOException {
        for (Batch batch : unchecked.values()) {
            markers.rewind(connection, batch.lane(), batch.marker());
        }
        for (Map.Entry<LaneState, String> refusal : refusals.entrySet()) {
            markers.rememberRefusal(connection, refusal.getKey(), refusal.getValue());
        }
        if (!refusals.isEmpty()) {
            LaneState lane = refusals.keySet().iterator().next();
            throw new FatalSinkException(
                    "target "
                            + settings.target()
                            + " refused a command of "
                            + lane
                            + ": "
                            + refusals.get(lane)
                            + ". Its batch is applied without it. Apply what was meant by hand or"
                            + " accept that it is missing, then DEL "
                            + markers.refusedKey(lane.shard, lane.lane)
                            + " on the target and start again");
        }
        throw new TargetLostWritesException(
                unchecked.keySet().iterator().next()
                        + ": the target applied a batch although its check had failed with '"
                        + uncheckedCause
                        + "': whether it was applied twice cannot be known, so the marker was"
                        + " set back and a full resync follows");
    }
}

package io.redissync.job;

/**
 * Where one shard is.
 *
 * @param phase what its split does: connecting, snapshot, stream, spool-full, …
 * @param snapshotPercent of the RDB's bytes read, or below 0 when not known
 * @param snapshotKeys keys read from the RDB, or below 0 when not known
 * @param commandsPerSecond applied to the target since the sample before, or below 0
 * @param lagBytes of the stream not yet applied, or below 0 when not known
 * @param spoolBytes on disk, or below 0 when not known
 */
record ShardProgress(
        String shard,
        String phase,
        double snapshotPercent,
        long snapshotKeys,
        double commandsPerSecond,
        long lagBytes,
        long spoolBytes) {

    private static final String STOPPED = "stopped";

    /** What it means that a shard was stopped while its job runs on. */
    ShardProgress ofRunningJob() {
        return phase.equals(STOPPED)
                ? new ShardProgress(
                        shard,
                        "restarting",
                        snapshotPercent,
                        snapshotKeys,
                        commandsPerSecond,
                        -1,
                        spoolBytes)
                : this;
    }
}

package io.redissync.protocol.psync;

import java.util.concurrent.CompletionStage;

/** Limits how many shards are asked for a full resync at a time: each makes its source fork. */
public interface FullSyncPermit {

    /** Completes when it is this link's turn; every completed stage is followed by one release. */
    CompletionStage<Void> acquire();

    void release();
}

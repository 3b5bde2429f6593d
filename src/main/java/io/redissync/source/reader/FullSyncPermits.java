package io.redissync.source.reader;

import io.redissync.protocol.psync.FullSyncPermit;
import io.redissync.source.FullSyncEvents;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.api.connector.source.SourceReaderContext;

/**
 * The reader's side of the permits for full resyncs: asks the enumerator and waits for its word.
 */
final class FullSyncPermits {

    private static final FullSyncPermit UNLIMITED =
            new FullSyncPermit() {
                @Override
                public CompletionStage<Void> acquire() {
                    return CompletableFuture.completedFuture(null);
                }

                @Override
                public void release() {
                    // Nobody counts.
                }
            };

    private final SourceReaderContext context;
    private final Map<String, CompletableFuture<Void>> waiting = new ConcurrentHashMap<>();

    FullSyncPermits(SourceReaderContext context) {
        this.context = context;
    }

    void granted(FullSyncEvents.Grant grant) {
        CompletableFuture<Void> future = waiting.remove(grant.shard());
        if (future != null) {
            future.complete(null);
        } else {
            // Nobody waits any more: another shard may go.
            context.sendSourceEventToCoordinator(new FullSyncEvents.Release(grant.shard()));
        }
    }

    /**
     * @param max 0: no limit, nobody is asked
     */
    FullSyncPermit of(String shard, int max) {
        return max == 0 ? UNLIMITED : asking(shard);
    }

    private FullSyncPermit asking(String shard) {
        return new FullSyncPermit() {
            @Override
            public CompletionStage<Void> acquire() {
                CompletableFuture<Void> future = new CompletableFuture<>();
                waiting.put(shard, future);
                context.sendSourceEventToCoordinator(new FullSyncEvents.Request(shard));
                return future;
            }

            @Override
            public void release() {
                waiting.remove(shard);
                context.sendSourceEventToCoordinator(new FullSyncEvents.Release(shard));
            }
        };
    }
}

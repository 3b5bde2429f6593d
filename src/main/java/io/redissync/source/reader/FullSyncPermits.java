package io.redissync.source.reader;

import io.redissync.protocol.psync.FullSyncPermit;
import io.redissync.source.FullSyncEvents;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.apache.flink.api.connector.source.SourceEvent;

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

    private final Consumer<SourceEvent> enumerator;

    // Both guarded by this.
    private final Map<String, CompletableFuture<Void>> waiting = new HashMap<>();

    private final Set<String> held = new HashSet<>();

    /**
     * @param enumerator takes events for it
     */
    FullSyncPermits(Consumer<SourceEvent> enumerator) {
        this.enumerator = enumerator;
    }

    void granted(FullSyncEvents.Grant grant) {
        CompletableFuture<Void> future;
        synchronized (this) {
            future = waiting.remove(grant.shard());
            if (future != null) {
                held.add(grant.shard());
            } else if (!held.contains(grant.shard())) {
                // Nobody waits any more: another shard may go.
                enumerator.accept(new FullSyncEvents.Release(grant.shard()));
            }
        }
        // A shard that asked anew is answered twice: the second answer changes nothing.
        if (future != null) {
            future.complete(null);
        }
    }

    private synchronized CompletionStage<Void> ask(String shard) {
        CompletableFuture<Void> future = new CompletableFuture<>();
        waiting.put(shard, future);
        enumerator.accept(new FullSyncEvents.Request(shard));
        return future;
    }

    private synchronized void giveBack(String shard) {
        held.remove(shard);
        enumerator.accept(new FullSyncEvents.Release(shard));
        if (waiting.containsKey(shard)) {
            // The link asked anew meanwhile, and the release took that request along.
            enumerator.accept(new FullSyncEvents.Request(shard));
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
                return ask(shard);
            }

            @Override
            public void release() {
                giveBack(shard);
            }
        };
    }
}

package io.redissync.source;

import org.apache.flink.api.connector.source.SourceEvent;

/** What readers and enumerator say to each other about full resyncs. */
public final class FullSyncEvents {

    private FullSyncEvents() {}

    /** Reader to enumerator: this shard needs a full resync. */
    public record Request(String shard) implements SourceEvent {}

    /** Enumerator to reader: this shard may ask its master for it. */
    public record Grant(String shard) implements SourceEvent {}

    /** Reader to enumerator: this shard's RDB is received, or it gave up. */
    public record Release(String shard) implements SourceEvent {}
}

package io.redissync.source;

import io.redissync.command.Change;
import io.redissync.source.enumerator.EnumeratorState;
import io.redissync.source.enumerator.EnumeratorStateSerializer;
import io.redissync.source.enumerator.ShardEnumerator;
import io.redissync.source.reader.ShardSourceReader;
import io.redissync.source.split.ShardSplit;
import io.redissync.source.split.ShardSplitSerializer;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** Reads Redis masters as their replica: the full data set first, then every write. */
public final class RedisSource implements Source<Change, ShardSplit, EnumeratorState> {

    private static final long serialVersionUID = 1L;

    private final SourceSettings settings;

    public RedisSource(SourceSettings settings) {
        this.settings = settings;
    }

    @Override
    public Boundedness getBoundedness() {
        return settings.mode().isBounded() ? Boundedness.BOUNDED : Boundedness.CONTINUOUS_UNBOUNDED;
    }

    @Override
    public SourceReader<Change, ShardSplit> createReader(SourceReaderContext context) {
        return ShardSourceReader.create(settings, context);
    }

    @Override
    public SplitEnumerator<ShardSplit, EnumeratorState> createEnumerator(
            SplitEnumeratorContext<ShardSplit> context) {
        return new ShardEnumerator(settings, context);
    }

    @Override
    public SplitEnumerator<ShardSplit, EnumeratorState> restoreEnumerator(
            SplitEnumeratorContext<ShardSplit> context, EnumeratorState state) {
        return new ShardEnumerator(settings, context, state);
    }

    @Override
    public SimpleVersionedSerializer<ShardSplit> getSplitSerializer() {
        return new ShardSplitSerializer();
    }

    @Override
    public SimpleVersionedSerializer<EnumeratorState> getEnumeratorCheckpointSerializer() {
        return new EnumeratorStateSerializer();
    }
}

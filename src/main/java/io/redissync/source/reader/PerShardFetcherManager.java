package io.redissync.source.reader;

import io.redissync.command.Change;
import io.redissync.source.split.ShardSplit;
import java.util.List;
import java.util.function.Supplier;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.source.reader.fetcher.SplitFetcher;
import org.apache.flink.connector.base.source.reader.fetcher.SplitFetcherManager;
import org.apache.flink.connector.base.source.reader.splitreader.SplitReader;

/** Gives every shard a thread of its own, so that a slow one holds up no other. */
final class PerShardFetcherManager extends SplitFetcherManager<Change, ShardSplit> {

    PerShardFetcherManager(
            Supplier<SplitReader<Change, ShardSplit>> readers, Configuration configuration) {
        super(readers, configuration);
    }

    @Override
    public void addSplits(List<ShardSplit> splits) {
        for (ShardSplit split : splits) {
            SplitFetcher<Change, ShardSplit> fetcher = createSplitFetcher();
            fetcher.addSplits(List.of(split));
            startFetcher(fetcher);
        }
    }

    @Override
    public void removeSplits(List<ShardSplit> splits) {
        throw new UnsupportedOperationException(
                "remove splits " + splits + ": a shard stays with its reader until the job ends");
    }
}

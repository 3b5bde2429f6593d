package io.redissync.sink;

import io.redissync.command.Change;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;

/**
 * Applies changes on a target Redis in the order of their lanes, exactly once by the target's own
 * marker: Redis has no prepared transactions, so a committer would add nothing.
 */
public final class RedisSink implements Sink<Change> {

    private static final long serialVersionUID = 1L;

    private final SinkSettings settings;

    public RedisSink(SinkSettings settings) {
        this.settings = settings;
    }

    @Override
    public SinkWriter<Change> createWriter(WriterInitContext context) {
        return new RedisSinkWriter(
                settings.shareOf(context.getTaskInfo().getNumberOfParallelSubtasks()),
                context.metricGroup(),
                context.getTaskInfo().getIndexOfThisSubtask());
    }
}

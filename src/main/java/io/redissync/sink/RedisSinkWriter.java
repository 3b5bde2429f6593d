package io.redissync.sink;

import io.redissync.command.Change;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.metrics.groups.SinkWriterMetricGroup;

/** Hands changes to the sender's thread and, before a checkpoint, waits until they are applied. */
final class RedisSinkWriter implements SinkWriter<Change> {

    private final ChangeQueue queue;
    private final BatchSender sender;
    private final Thread thread;

    RedisSinkWriter(SinkSettings settings, SinkWriterMetricGroup metrics, int subtask) {
        queue = new ChangeQueue(settings.limits().bufferBytes());
        sender =
                new BatchSender(
                        settings,
                        queue,
                        new SinkMetrics(metrics, queue),
                        "redis-sync:" + settings.syncName() + ":sink:" + subtask);
        thread = new Thread(sender, "redis-sync-sender-" + subtask);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void write(Change change, Context context) throws IOException, InterruptedException {
        queue.put(change);
    }

    @Override
    public void flush(boolean endOfInput) throws IOException, InterruptedException {
        queue.awaitConfirmed();
        sender.flushed();
    }

    @Override
    public void close() throws InterruptedException {
        queue.close();
        sender.closeLink();
        thread.interrupt();
        thread.join(TimeUnit.SECONDS.toMillis(10));
    }
}

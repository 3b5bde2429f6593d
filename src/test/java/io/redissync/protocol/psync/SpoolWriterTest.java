package io.redissync.protocol.psync;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SpoolWriterTest {

    /** A writer that ends without a word would leave a link that throws away what it gets. */
    @Test
    void tellsItsOwnerAlsoOfALackOfMemory() throws Exception {
        CompletableFuture<Throwable> failed = new CompletableFuture<>();
        OutOfMemoryError noMemory = new OutOfMemoryError("Direct buffer memory");
        SpoolWriter writer =
                new SpoolWriter(
                        "s",
                        new SpoolWriter.Owner() {
                            @Override
                            public HistorySpool create(HistoryFeed feed) {
                                throw noMemory;
                            }

                            @Override
                            public void begun(HistorySpool spool, HistoryFeed feed) {
                                throw new AssertionError("begun: " + spool);
                            }

                            @Override
                            public void roomAgain() {
                                throw new AssertionError("nothing was written");
                            }

                            @Override
                            public void failed(Throwable cause) {
                                failed.complete(cause);
                            }
                        });
        writer.start();
        new HistoryFeed(writer, SnapshotMode.KEEP, "id", 0, Optional.empty(), "test").begin();

        assertThat(failed.get(10, TimeUnit.SECONDS)).isSameAs(noMemory);
    }
}

package io.redissync.protocol.psync;

import io.netty.channel.EventLoop;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A link's hold on the {@link FullSyncPermit}: gives it back exactly once, also when it comes too
 * late to be of use. Lives on the event loop.
 */
final class FullSyncTurn {

    private static final Logger LOG = LoggerFactory.getLogger(FullSyncTurn.class);

    private final FullSyncPermit permit;
    private final EventLoop loop;
    private boolean held;

    FullSyncTurn(FullSyncPermit permit, EventLoop loop) {
        this.permit = permit;
        this.loop = loop;
    }

    /** Who waits for a turn. */
    interface Waiting {
        /** Whether the turn is still wanted. */
        boolean wanted();

        void granted();

        void refused(String why);
    }

    void ask(Waiting waiting) {
        permit.acquire()
                .whenComplete(
                        (granted, error) -> {
                            try {
                                loop.execute(() -> answered(waiting, error));
                            } catch (RejectedExecutionException e) {
                                LOG.debug("permit came after the link's end", e);
                                if (error == null) {
                                    permit.release();
                                }
                            }
                        });
    }

    private void answered(Waiting waiting, Throwable error) {
        if (error != null) {
            if (waiting.wanted()) {
                waiting.refused("no permit for a full resync: " + error.getMessage());
            }
        } else if (waiting.wanted()) {
            held = true;
            waiting.granted();
        } else {
            permit.release();
        }
    }

    /** Gives the permit back if it is held. */
    void release() {
        if (held) {
            held = false;
            permit.release();
        }
    }
}

package io.redissync.protocol.psync;

import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.redissync.command.History;
import io.redissync.command.Phase;
import io.redissync.command.Position;
import io.redissync.protocol.psync.Handshake.ResumePoint;
import java.io.IOException;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Joins one source master as a replica and keeps the connection: what it sends goes into a spool
 * per history, and lost connections are resumed where the master allows it.
 *
 * <p>Two threads of its own: an event loop that never waits for the disk, and the spool's writer.
 * The methods can be called from any thread.
 */
public final class ReplicaLink implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ReplicaLink.class);

    private static final long CLOSE_MILLIS = 5_000;

    private final LinkSettings settings;
    private final SpoolFactory spools;
    private final LinkListener listener;

    private final LinkConnector connector;
    private final EventLoop loop;
    private final SpoolWriter writer;
    private final Backoff backoff;
    private final FullSyncTurn turn;
    private final AtomicBoolean ended = new AtomicBoolean();

    private volatile LinkState state = LinkState.CONNECTING;

    /** FAILED or CLOSED; null while the link lives. */
    private volatile LinkState end;

    private volatile HistoryFeed feed;
    private volatile long acknowledged;
    private volatile String lastProblem;
    private final AtomicLong bytesReceived = new AtomicLong();
    private final AtomicLong reconnects = new AtomicLong();

    // Event loop only.
    private LinkSession session;
    private Position resume;

    public ReplicaLink(
            LinkSettings settings,
            SpoolFactory spools,
            FullSyncPermit permit,
            LinkListener listener) {
        this.settings = settings;
        this.spools = spools;
        this.listener = listener;
        this.connector = new LinkConnector(settings);
        this.loop = connector.loop();
        this.turn = new FullSyncTurn(permit, loop);
        this.writer = new SpoolWriter(settings.shard().id(), new WriterCalls());
        this.backoff = new Backoff(settings.backoffMin(), settings.backoffMax(), new Random());
    }

    /** Asks for a full resync. */
    public void start() {
        begin(null);
    }

    /**
     * Asks to continue behind a position of the stream; a full resync follows by itself when the
     * master cannot.
     *
     * @throws IllegalArgumentException for a position in the snapshot: no master continues there
     */
    public void start(Position resumeFrom) {
        if (resumeFrom.phase() != Phase.STREAM) {
            throw new IllegalArgumentException(
                    "resume position: " + resumeFrom + " (expected: a position in the stream)");
        }
        begin(resumeFrom);
    }

    /**
     * Asks to continue behind what the spool holds, and fills it; a full resync follows by itself
     * when the master cannot.
     *
     * @param safe replication offset up to which everything is safe at the target; 0: nothing
     */
    public void start(HistorySpool taken, long safe) {
        writer.start();
        loop.execute(
                () -> {
                    feed = HistoryFeed.into(writer, taken);
                    acknowledged = safe;
                    connect();
                });
    }

    private void begin(Position resumeFrom) {
        writer.start();
        loop.execute(
                () -> {
                    resume = resumeFrom;
                    acknowledged = resumeFrom == null ? 0 : resumeFrom.offset();
                    connect();
                });
    }

    /**
     * Says that everything up to the offset of this history is safe at the target; told to the
     * source at once in {@link AckMode#CHECKPOINTED}. Of a history that was replaced meanwhile it
     * says nothing: its offsets are not the new one's.
     */
    public void acknowledge(History history, long offset) {
        onLoop(
                () -> {
                    HistoryFeed current = feed;
                    HistorySpool spool = current == null ? null : current.spool();
                    if (spool != null && spool.history().equals(history)) {
                        acknowledged = Math.min(offset, current.streamEnd());
                        if (session != null) {
                            session.acknowledge();
                        }
                    }
                });
    }

    /** What the link is doing now. */
    public LinkState state() {
        if (end != null) {
            return end;
        }
        HistoryFeed current = feed;
        HistorySpool spool = current == null ? null : current.spool();
        boolean full = spool != null && spool.budget().state() != SpoolBudget.State.OK;
        return full ? LinkState.SPOOL_FULL : state;
    }

    /** Replication offset up to which bytes were received; 0 before a history began. */
    public long receivedOffset() {
        HistoryFeed current = feed;
        return current == null ? 0 : current.streamEnd();
    }

    /** Attempts to connect again, since the start. */
    public long reconnects() {
        return reconnects.get();
    }

    /** Bytes that came from the master, of all connections. */
    public long bytesReceived() {
        return bytesReceived.get();
    }

    /** Why the last connection was lost, if one was. */
    public Optional<String> lastProblem() {
        return Optional.ofNullable(lastProblem);
    }

    /**
     * Ends connection and threads; spools stay as they are, for their owner to close. Waits for a
     * write to disk that is under way.
     */
    @Override
    public void close() {
        boolean first = ended.compareAndSet(false, true);
        end = LinkState.CLOSED;
        if (!first) {
            return;
        }
        release();
        try {
            writer.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops both threads without waiting for them. */
    private void release() {
        writer.stop();
        HistoryFeed current = feed;
        if (current != null) {
            current.abandon();
        }
        onLoop(
                () -> {
                    if (session != null) {
                        session.end();
                        session = null;
                    }
                    // The history may have begun meanwhile.
                    if (feed != null) {
                        feed.abandon();
                    }
                    turn.release();
                });
        connector.shutdown();
    }

    private void onLoop(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("shard {}: link has ended", settings.shard().id(), e);
        }
    }

    // What follows runs on the event loop.

    private void connect() {
        if (ended.get()) {
            return;
        }
        if (writer.overLimit()) {
            // More bytes would have no place to go.
            retryLater();
            return;
        }
        state = LinkState.CONNECTING;
        LinkSession attempt = new LinkSession(settings, resumePoint(), new SessionCalls());
        session = attempt;
        ChannelFuture connected;
        try {
            connected = connector.connect(attempt);
        } catch (SSLException e) {
            fail(new LinkException(prefix() + e.getMessage(), e));
            return;
        }
        connected.addListener(
                done -> {
                    if (!done.isSuccess() && session == attempt) {
                        lost("cannot connect: " + done.cause().getMessage());
                    }
                });
    }

    /** Where the bytes received so far end; none when a snapshot has to come first. */
    private Optional<ResumePoint> resumePoint() {
        HistoryFeed current = feed;
        if (current != null) {
            return current.snapshotReceived()
                    ? Optional.of(new ResumePoint(current.replid(), current.streamEnd()))
                    : Optional.empty();
        }
        return Optional.ofNullable(resume).map(at -> new ResumePoint(at.replid(), at.offset()));
    }

    private void lost(String why) {
        session = null;
        turn.release();
        if (ended.get()) {
            return;
        }
        lastProblem = why;
        LOG.warn("{}{}; state was {}; connecting again", prefix(), why, state);
        HistoryFeed current = feed;
        if (current != null && !current.snapshotReceived()) {
            current.abandon();
        }
        retryLater();
    }

    private void retryLater() {
        state = LinkState.BACKOFF;
        var unused =
                loop.schedule(
                        () -> {
                            reconnects.incrementAndGet();
                            connect();
                        },
                        backoff.next(),
                        TimeUnit.MILLISECONDS);
    }

    private void fail(LinkException e) {
        if (!ended.compareAndSet(false, true)) {
            return;
        }
        end = LinkState.FAILED;
        lastProblem = e.getMessage();
        release();
        listener.onFailure(e);
    }

    private void replaceFeed(HistoryFeed next) {
        if (feed != null) {
            feed.abandon();
        }
        feed = next;
        resume = null;
        next.begin();
    }

    private String prefix() {
        return "shard " + settings.shard().id() + " at " + settings.shard().address() + ": ";
    }

    /** What a session says. */
    private final class SessionCalls implements LinkSession.Owner {

        @Override
        public void handshakeBegun() {
            state = LinkState.HANDSHAKE;
        }

        @Override
        public void permitNeeded(LinkSession waiting) {
            state = LinkState.WAITING_FOR_PERMIT;
            turn.ask(
                    new FullSyncTurn.Waiting() {
                        @Override
                        public boolean wanted() {
                            return session == waiting && waiting.waitsForPermit();
                        }

                        @Override
                        public void granted() {
                            waiting.permitGranted();
                        }

                        @Override
                        public void refused(String why) {
                            waiting.end();
                            ReplicaLink.this.lost(why);
                        }
                    });
        }

        @Override
        public void psyncSent() {
            if (resumePoint().isEmpty()) {
                state = LinkState.SNAPSHOT;
            }
        }

        @Override
        public HistoryFeed fullResync(String replid, long offset) {
            String why = whyFullResync() + " (replid " + replid + ", offset " + offset + ")";
            LOG.info("{}{}", prefix(), why);
            state = LinkState.SNAPSHOT;
            acknowledged = 0;
            replaceFeed(
                    new HistoryFeed(
                            writer, settings.snapshot(), replid, offset, Optional.empty(), why));
            return feed;
        }

        private String whyFullResync() {
            Optional<ResumePoint> point = resumePoint();
            if (point.isPresent()) {
                return "asked to continue behind "
                        + point.get()
                        + ", which the master cannot: its backlog does not hold it or it has"
                        + " another history; it began a full resync";
            }
            return feed == null
                    ? "full resync as asked"
                    : "full resync anew: the connection was lost during the snapshot ("
                            + lastProblem
                            + ")";
        }

        @Override
        public HistoryFeed continued(Optional<String> newReplid) {
            state = LinkState.STREAM;
            LOG.info(
                    "{}the master continues behind {}{}",
                    prefix(),
                    resumePoint().orElseThrow(),
                    newReplid.map(id -> " as replid " + id).orElse(""));
            if (feed == null) {
                Position from = resume;
                replaceFeed(
                        new HistoryFeed(
                                writer,
                                settings.snapshot(),
                                newReplid.orElse(from.replid()),
                                from.offset(),
                                Optional.of(from),
                                "continues behind " + from));
            } else if (newReplid.isPresent() && !newReplid.get().equals(feed.replid())) {
                feed.adopt(newReplid.get());
            }
            return feed;
        }

        @Override
        public void snapshotReceived() {
            turn.release();
            state = LinkState.STREAM;
            if (settings.snapshot() == SnapshotMode.ONLY) {
                // A reconnect could end in another full resync, and a slow copy never come to an
                // end.
                session.end();
                session = null;
            }
        }

        @Override
        public void streaming() {
            backoff.reset();
        }

        @Override
        public void received(int bytes) {
            bytesReceived.addAndGet(bytes);
        }

        @Override
        public boolean tooMuchWaiting() {
            return writer.overLimit();
        }

        @Override
        public long ackOffset() {
            return settings.ack() == AckMode.CHECKPOINTED ? acknowledged : feed.spooledEnd();
        }

        @Override
        public void lost(LinkSession from, String why) {
            if (session == from) {
                ReplicaLink.this.lost(why);
            }
        }

        @Override
        public void fatal(LinkSession from, LinkException e) {
            fail(e);
        }
    }

    /** What the spool's writer says, from its own thread. */
    private final class WriterCalls implements SpoolWriter.Owner {

        @Override
        public HistorySpool create(HistoryFeed begun) throws IOException {
            return spools.create(begun.replid(), begun.startOffset(), begun.resumed());
        }

        @Override
        public void begun(HistorySpool spool, HistoryFeed begun) {
            listener.onHistory(spool, begun.why());
        }

        @Override
        public void roomAgain() {
            onLoop(
                    () -> {
                        if (session != null) {
                            session.resumeReading();
                        }
                    });
        }

        @Override
        public void failed(Throwable cause) {
            fail(
                    new LinkException(
                            prefix() + "spool: " + cause.getMessage(),
                            cause,
                            LinkException.Remedy.ANOTHER_LINK));
        }
    }
}

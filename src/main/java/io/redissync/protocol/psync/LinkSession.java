package io.redissync.protocol.psync;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.redissync.command.Command;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * One connection to the master from its first byte to its last: handshake, RDB, stream, ACKs. Lives
 * on the event loop.
 */
final class LinkSession extends ChannelInboundHandlerAdapter {

    /** The link that the session belongs to; called on the event loop. */
    interface Owner {
        void handshakeBegun();

        void permitNeeded(LinkSession session);

        void psyncSent();

        HistoryFeed fullResync(String replid, long offset);

        HistoryFeed continued(Optional<String> newReplid);

        void snapshotReceived();

        /** Every second while streaming. */
        void streaming();

        void received(int bytes);

        boolean tooMuchWaiting();

        /** What {@code REPLCONF ACK} says now. */
        long ackOffset();

        /** The connection has ended or is of no use; called once, unless fatal. */
        void lost(LinkSession session, String why);

        /** Trying again would not help; called once, unless lost. */
        void fatal(LinkSession session, LinkException e);
    }

    private enum Mode {
        HANDSHAKE,
        TRANSFER,
        STREAM,
        ENDED
    }

    private static final long TICK_MILLIS = 1_000;
    private static final long EAGER_ACK_MILLIS = 100;
    private static final long KEEPALIVE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int MAX_LINE = 64 * 1024;

    private final LinkSettings settings;
    private final Owner owner;
    private final Handshake handshake;
    private final SnapshotTransfer transfer = new SnapshotTransfer();
    private final StringBuilder line = new StringBuilder();

    private ChannelHandlerContext context;
    private Mode mode = Mode.HANDSHAKE;
    private HistoryFeed feed;
    private boolean waitsForPermit;
    private boolean lengthAnnounced;
    private boolean streamBytesSeen;
    private long lastReadNanos = System.nanoTime();
    private long lastKeepaliveNanos = System.nanoTime();

    LinkSession(LinkSettings settings, Optional<Handshake.ResumePoint> resume, Owner owner) {
        this.settings = settings;
        this.owner = owner;
        this.handshake = new Handshake(settings, resume);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        context = ctx;
        lastReadNanos = System.nanoTime();
        schedule(this::tick, TICK_MILLIS);
        if (settings.connection().encryption().isEmpty()) {
            begin();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent tls) {
            if (tls.isSuccess()) {
                begin();
            } else {
                exceptionCaught(ctx, tls.cause());
            }
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    private void begin() {
        owner.handshakeBegun();
        send(handshake.begin());
    }

    /** Sends PSYNC; does nothing when the session has ended meanwhile. */
    void permitGranted() {
        if (mode == Mode.HANDSHAKE && waitsForPermit) {
            waitsForPermit = false;
            sendPsync(handshake.psync());
        }
    }

    boolean waitsForPermit() {
        return mode == Mode.HANDSHAKE && waitsForPermit;
    }

    private void sendPsync(Command psync) {
        owner.psyncSent();
        send(psync);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            lastReadNanos = System.nanoTime();
            owner.received(in.readableBytes());
            while (in.isReadable() && mode != Mode.ENDED) {
                switch (mode) {
                    case HANDSHAKE -> readReplies(in);
                    case TRANSFER -> readSnapshot(in);
                    case STREAM -> {
                        streamBytesSeen = true;
                        feed.stream(in.readRetainedSlice(in.readableBytes()));
                    }
                    case ENDED -> throw new IllegalStateException("session has ended");
                }
            }
            if (owner.tooMuchWaiting()) {
                ctx.channel().config().setAutoRead(false);
            }
        } catch (LinkException e) {
            fail(e);
        } catch (SnapshotTransfer.BrokenTransferException e) {
            lose(e.getMessage());
        } finally {
            in.release();
        }
    }

    private void readReplies(ByteBuf in) throws LinkException {
        while (in.isReadable() && mode == Mode.HANDSHAKE) {
            char c = (char) (in.readByte() & 0xff);
            if (c != '\n') {
                line.append(c);
                if (line.length() > MAX_LINE) {
                    lose("a reply of more than " + MAX_LINE + " bytes (expected: a line)");
                }
                continue;
            }
            String reply = line.toString().strip();
            line.setLength(0);
            if (!reply.isEmpty()) {
                act(handshake.reply(reply));
            }
        }
    }

    private void act(Handshake.Outcome outcome) {
        if (outcome instanceof Handshake.Send next) {
            send(next.command());
        } else if (outcome instanceof Handshake.SendPsync next) {
            sendPsync(next.command());
        } else if (outcome instanceof Handshake.PermitNeeded) {
            waitsForPermit = true;
            owner.permitNeeded(this);
        } else if (outcome instanceof Handshake.FullResync full) {
            feed = owner.fullResync(full.replid(), full.offset());
            mode = Mode.TRANSFER;
        } else if (outcome instanceof Handshake.Continued continued) {
            feed = owner.continued(continued.newReplid());
            mode = Mode.STREAM;
            acknowledge();
        } else if (outcome instanceof Handshake.Retry retry) {
            lose(retry.why());
        }
    }

    private void readSnapshot(ByteBuf in) throws SnapshotTransfer.BrokenTransferException {
        boolean complete = transfer.feed(in, feed::snapshot);
        if (!lengthAnnounced && transfer.length().isPresent()) {
            lengthAnnounced = true;
            feed.announceSnapshot(transfer.length().getAsLong());
        }
        if (complete) {
            feed.endSnapshot(transfer.received());
            mode = Mode.STREAM;
            owner.snapshotReceived();
            if (transfer.diskless()) {
                acknowledgeUntilBytesCome();
            } else {
                acknowledge();
            }
        }
    }

    /** Behind a diskless RDB the master waits for an ACK, and does not always hear the first. */
    private void acknowledgeUntilBytesCome() {
        if (mode == Mode.STREAM && !streamBytesSeen) {
            acknowledge();
            schedule(this::acknowledgeUntilBytesCome, EAGER_ACK_MILLIS);
        }
    }

    /** Sends an ACK now; before the master has taken us as a replica there is nothing to say. */
    void acknowledge() {
        if (mode == Mode.TRANSFER || mode == Mode.STREAM) {
            send(
                    Command.ofText(
                            settings.replconfCommand(), "ACK", Long.toString(owner.ackOffset())));
        }
    }

    void resumeReading() {
        if (mode != Mode.ENDED && context != null) {
            lastReadNanos = System.nanoTime();
            context.channel().config().setAutoRead(true);
        }
    }

    private void tick() {
        if (mode == Mode.ENDED) {
            return;
        }
        acknowledge();
        if (mode == Mode.STREAM) {
            owner.streaming();
        }
        long now = System.nanoTime();
        if (waitsForPermit() && now - lastKeepaliveNanos > KEEPALIVE_NANOS) {
            lastKeepaliveNanos = now;
            send(handshake.keepalive());
        }
        if (!context.channel().config().isAutoRead()) {
            lastReadNanos = now;
        } else if (now - lastReadNanos > settings.connection().timeout().toNanos()) {
            lose("nothing came for " + settings.connection().timeout().toSeconds() + " s");
            return;
        }
        schedule(this::tick, TICK_MILLIS);
    }

    private void schedule(Runnable task, long millis) {
        var unused = context.executor().schedule(task, millis, TimeUnit.MILLISECONDS);
    }

    private void send(Command command) {
        context.writeAndFlush(Unpooled.wrappedBuffer(command.resp()))
                .addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        lose("the connection was closed");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Optional<String> trust = TlsFailures.fatal(cause);
        if (trust.isPresent()) {
            fail(
                    new LinkException(
                            "shard "
                                    + settings.shard().id()
                                    + " at "
                                    + settings.shard().address()
                                    + ": TLS: "
                                    + trust.get(),
                            cause));
        } else if (cause instanceof SslHandshakeTimeoutException) {
            // Also what a plain Redis does: it waits for the end of the line.
            lose("the TLS handshake was not answered in time (expected: the server's TLS port)");
        } else {
            lose(String.valueOf(cause));
        }
    }

    private void lose(String why) {
        if (end()) {
            owner.lost(this, why);
        }
    }

    private void fail(LinkException e) {
        if (end()) {
            owner.fatal(this, e);
        }
    }

    /** Closes without telling the owner. */
    boolean end() {
        if (mode == Mode.ENDED) {
            return false;
        }
        mode = Mode.ENDED;
        if (context != null) {
            var unused = context.close();
        }
        return true;
    }
}

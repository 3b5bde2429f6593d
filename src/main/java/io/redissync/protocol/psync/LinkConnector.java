package io.redissync.protocol.psync;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.redissync.connection.Address;
import io.redissync.connection.ConnectionSettings;
import io.redissync.connection.TlsContexts;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/** Owns a link's event loop of one thread and opens its connections, with TLS where asked for. */
final class LinkConnector {

    private static final int MAX_READ_BYTES = 256 << 10;
    private static final long SHUTDOWN_MILLIS = 5_000;

    private final LinkSettings settings;
    private final MultiThreadIoEventLoopGroup group;
    private final EventLoop loop;
    private SslContext tls;

    LinkConnector(LinkSettings settings) {
        this.settings = settings;
        IoHandlerFactory io =
                Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        this.group =
                new MultiThreadIoEventLoopGroup(
                        1,
                        new DefaultThreadFactory("redis-link-" + settings.shard().id(), true),
                        io);
        this.loop = group.next();
    }

    EventLoop loop() {
        return loop;
    }

    /**
     * Begins to connect; on the event loop.
     *
     * @throws SSLException when the TLS files cannot be used
     */
    ChannelFuture connect(LinkSession session) throws SSLException {
        ConnectionSettings connection = settings.connection();
        if (tls == null && connection.encryption().isPresent()) {
            tls = TlsContexts.client(connection.encryption().get());
        }
        Address address = settings.shard().address();
        return new Bootstrap()
                .group(loop)
                .channel(Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(
                        ChannelOption.CONNECT_TIMEOUT_MILLIS,
                        Math.toIntExact(connection.connectTimeout().toMillis()))
                .option(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator(1024, 16 << 10, MAX_READ_BYTES))
                .handler(
                        new ChannelInitializer<SocketChannel>() {
                            @Override
                            protected void initChannel(SocketChannel channel) {
                                initialise(channel, session);
                            }
                        })
                .connect(address.host(), address.port());
    }

    private void initialise(Channel channel, LinkSession session) {
        if (tls != null) {
            Address address = settings.shard().address();
            SslHandler handler = tls.newHandler(channel.alloc(), address.host(), address.port());
            handler.setHandshakeTimeoutMillis(settings.connection().connectTimeout().toMillis());
            channel.pipeline().addLast(handler);
        }
        channel.pipeline().addLast(session);
    }

    /** Ends the event loop behind what it still has to do; does not wait. */
    void shutdown() {
        var unused = group.shutdownGracefully(0, SHUTDOWN_MILLIS, TimeUnit.MILLISECONDS);
    }
}

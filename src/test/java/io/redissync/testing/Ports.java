package io.redissync.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/** Hands out loopback ports that nobody listens on. */
public final class Ports {

    /**
     * Below the range that the system takes for outgoing connections (32768 and up on Linux, 49152
     * on others): a client that retries a stopped server's port from that range can end up
     * connected to itself, and then holds the port when the server wants it back.
     */
    private static final int LOWEST = 12_000;

    private static final int HIGHEST = 32_000;

    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private Ports() {}

    /** A port nobody listens on now, never the same one twice in a JVM. */
    public static int free() {
        for (int attempt = 0; attempt < 1_000; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
            if (isFree(port) && GIVEN.add(port)) {
                return port;
            }
        }
        throw new IllegalStateException(
                "find a free loopback port: none in 1000 tries between "
                        + LOWEST
                        + " and "
                        + HIGHEST);
    }

    /** Whether nobody listens on this loopback port. */
    public static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}

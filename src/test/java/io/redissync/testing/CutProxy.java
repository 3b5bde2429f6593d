package io.redissync.testing;

import io.redissync.connection.Address;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A TCP proxy in front of a server that does what networks do: it cuts connections, loses answers
 * to what the server has done, and delivers late what a client has given up.
 */
public final class CutProxy implements AutoCloseable {

    private static final String EXEC = "EXEC\r\n";

    private final Address server;
    private final ServerSocket listener;
    private final List<Link> links = new CopyOnWriteArrayList<>();
    private final List<Link> held = new CopyOnWriteArrayList<>();
    private final AtomicReference<String> losing = new AtomicReference<>();
    private final AtomicInteger answersToPass = new AtomicInteger();
    private final AtomicInteger lost = new AtomicInteger();
    private final AtomicReference<String> cutting = new AtomicReference<>();
    private final AtomicInteger cuts = new AtomicInteger();
    private final AtomicInteger accepted = new AtomicInteger();
    private final Queue<String> halts = new ConcurrentLinkedQueue<>();
    private final Semaphore halted = new Semaphore(0);
    private final Semaphore going = new Semaphore(0);
    private volatile String holding;

    private CutProxy(Address server) {
        this.server = server;
        try {
            listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException("listen for a proxy to " + server, e);
        }
        start("accept", this::accept);
    }

    public static CutProxy to(Address server) {
        return new CutProxy(server);
    }

    public Address address() {
        return new Address("127.0.0.1", listener.getLocalPort());
    }

    /** Closes all connections, both sides; new ones are taken. */
    public void cut() {
        links.forEach(Link::close);
        links.clear();
    }

    /** Cuts the next connection that sends the text, before the server gets it. */
    public void cutAt(String text) {
        cutting.set(text);
    }

    /** How often {@link #cutAt} cut. */
    public int cuts() {
        return cuts.get();
    }

    /** Connections that clients made so far. */
    public int accepted() {
        return accepted.get();
    }

    /**
     * Halts what a client sends before each of these texts, one after the other, until {@link #go}.
     * A text has to lie in one piece of what arrives.
     */
    public void haltBefore(String... texts) {
        halts.addAll(List.of(texts));
    }

    /** Waits until the next text of {@link #haltBefore} was reached: all before it is sent on. */
    public void awaitHalt() throws InterruptedException {
        if (!halted.tryAcquire(20, TimeUnit.SECONDS)) {
            throw new IllegalStateException("no client sent " + halts.peek());
        }
    }

    /** Goes on after a halt. */
    public void go() {
        going.release();
    }

    /**
     * Loses the answers to the next transaction that contains the text: the server gets it and ends
     * it, the client hears nothing any more but the first bytes.
     *
     * @param passedBytes bytes of the answers that still reach the client
     */
    public void loseAnswerTo(String text, int passedBytes) {
        answersToPass.set(passedBytes);
        losing.set(text);
    }

    /** How often answers were lost so far; the server has done what they would have told. */
    public int lostAnswers() {
        return lost.get();
    }

    /**
     * From now on every connection that sends this text is held: neither it nor what follows goes
     * on to the server before {@link #deliver}, not even when the client is gone; null: no more.
     */
    public void holdAt(String text) {
        holding = text;
    }

    /** Connections that are held, in the order in which they were. */
    public int heldConnections() {
        return held.size();
    }

    /** Delivers what a held connection sent, waits until the server has done it and ends it. */
    public void deliver(int index) {
        held.get(index).deliver();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                accepted.incrementAndGet();
                try {
                    Link link = new Link(client, new Socket(server.host(), server.port()));
                    links.add(link);
                    start("up", link::pumpUp);
                    start("down", link::pumpDown);
                } catch (IOException e) {
                    // The server is down: the client learns it as it would without a proxy.
                    client.close();
                }
            } catch (IOException e) {
                return; // The listener was closed.
            }
        }
    }

    private static void start(String name, Runnable task) {
        Thread thread = new Thread(task, "cut-proxy-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    private enum State {
        PASSING,
        /** The text was seen; its EXEC not yet. */
        DOOMED,
        HELD
    }

    private final class Link {
        private final Socket client;
        private final Socket upstream;
        private final ByteArrayOutputStream heldBytes = new ByteArrayOutputStream();
        private volatile State state = State.PASSING;
        private final AtomicInteger passing = new AtomicInteger(Integer.MAX_VALUE);
        private volatile boolean answersLost;
        private Thread down;

        Link(Socket client, Socket upstream) throws IOException {
            this.client = client;
            this.upstream = upstream;
            client.setTcpNoDelay(true);
            upstream.setTcpNoDelay(true);
        }

        void pumpUp() {
            byte[] buffer = new byte[16 << 10];
            String tail = "";
            try {
                OutputStream out = upstream.getOutputStream();
                for (int n; (n = client.getInputStream().read(buffer)) > 0; ) {
                    String chunk = tail + new String(buffer, 0, n, StandardCharsets.ISO_8859_1);
                    tail = chunk.substring(Math.max(0, chunk.length() - 32));
                    String hold = holding;
                    if (state == State.PASSING && hold != null && chunk.contains(hold)) {
                        state = State.HELD;
                        held.add(this);
                    }
                    if (state == State.HELD) {
                        synchronized (heldBytes) {
                            heldBytes.write(buffer, 0, n);
                        }
                        continue;
                    }
                    String cut = cutting.get();
                    if (cut != null && chunk.contains(cut) && cutting.compareAndSet(cut, null)) {
                        cuts.incrementAndGet();
                        break;
                    }
                    String lose = losing.get();
                    if (state == State.PASSING
                            && lose != null
                            && chunk.contains(lose)
                            && losing.compareAndSet(lose, null)) {
                        state = State.DOOMED;
                        passing.set(answersToPass.get());
                    }
                    writeHalting(out, buffer, n);
                    if (state == State.DOOMED && chunk.contains(EXEC)) {
                        answersLost = true;
                        upstream.shutdownOutput();
                        return; // The other pump ends it when the server has done everything.
                    }
                }
            } catch (IOException e) {
                // One side is gone; held bytes outlive that.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            if (state != State.HELD) {
                close();
            }
        }

        private void writeHalting(OutputStream out, byte[] buffer, int length)
                throws IOException, InterruptedException {
            int sent = 0;
            for (String text; (text = halts.peek()) != null; ) {
                String rest = new String(buffer, sent, length - sent, StandardCharsets.ISO_8859_1);
                int at = rest.indexOf(text);
                if (at < 0) {
                    break;
                }
                out.write(buffer, sent, at);
                sent += at;
                halts.remove();
                halted.release();
                going.acquire();
            }
            out.write(buffer, sent, length - sent);
        }

        void pumpDown() {
            down = Thread.currentThread();
            byte[] buffer = new byte[16 << 10];
            try {
                for (int n; (n = upstream.getInputStream().read(buffer)) > 0; ) {
                    int left = passing.get();
                    int pass = Math.min(n, left);
                    if (left != Integer.MAX_VALUE) {
                        passing.addAndGet(-pass);
                    }
                    if (pass > 0 && state != State.HELD) {
                        client.getOutputStream().write(buffer, 0, pass);
                    }
                }
            } catch (IOException e) {
                // One side is gone.
            }
            close();
            if (answersLost) {
                lost.incrementAndGet();
            }
        }

        void deliver() {
            try {
                synchronized (heldBytes) {
                    heldBytes.writeTo(upstream.getOutputStream());
                }
                upstream.shutdownOutput();
                down.join(10_000);
            } catch (IOException e) {
                throw new UncheckedIOException("deliver held bytes to " + server, e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("deliver held bytes: interrupted", e);
            }
        }

        void close() {
            try (client;
                    upstream) {
                links.remove(this);
            } catch (IOException e) {
                // Both sides are given up.
                links.remove(this);
            }
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException("close the proxy to " + server, e);
        }
        cut();
        held.forEach(Link::close);
    }
}

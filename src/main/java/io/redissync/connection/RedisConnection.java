package io.redissync.connection;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.DefaultJedisSocketFactory;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisSocketFactory;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * One connection to a Redis server: Jedis connects, authenticates, speaks TLS and reads replies;
 * commands go out as the bytes that the caller has already.
 *
 * <p>Not thread-safe, but {@link #close()} may be called by another thread to end a blocked read.
 * Replies are {@code byte[]}, {@code Long}, {@code List<Object>}, {@code null} or {@link
 * RedisError}.
 */
public final class RedisConnection implements Closeable {

    private final Address address;
    private final Connection jedis;

    /** The socket below TLS: to close a TLS socket is to wait for whoever writes to it. */
    private final Socket plain;

    private final OutputStream out;

    private RedisConnection(Address address, Connection jedis, Socket plain, Socket socket)
            throws IOException {
        this.address = address;
        this.jedis = jedis;
        this.plain = plain;
        this.out = socket.getOutputStream();
    }

    /**
     * Connects, authenticates and names the connection.
     *
     * @throws RedisErrorException when the server refuses the credentials
     * @throws IOException when it cannot be reached
     */
    public static RedisConnection open(
            Address address, ConnectionSettings settings, String clientName) throws IOException {
        DefaultJedisClientConfig.Builder config =
                DefaultJedisClientConfig.builder()
                        // RESP2 without a HELLO, which servers before 6.0 refuse.
                        .serverDefaultProtocol()
                        .connectionTimeoutMillis((int) settings.connectTimeout().toMillis())
                        .socketTimeoutMillis((int) settings.timeout().toMillis())
                        .clientSetInfoConfig(ClientSetInfoConfig.DISABLED);
        settings.userName().ifPresent(config::user);
        settings.secret().ifPresent(secret -> config.password(secret.reveal()));
        DefaultJedisClientConfig clientConfig = config.build();
        DefaultJedisSocketFactory factory =
                new DefaultJedisSocketFactory(
                        new HostAndPort(address.host(), address.port()), clientConfig);
        // Jedis keeps its socket to itself; the factory is where it can be had.
        Socket[] plain = new Socket[1];
        Socket[] made = new Socket[1];
        JedisSocketFactory capturing =
                () -> {
                    plain[0] = factory.createSocket();
                    made[0] = encrypted(plain[0], address, settings);
                    return made[0];
                };
        Connection jedis = null;
        try {
            jedis = new Connection(capturing, clientConfig);
            return named(new RedisConnection(address, jedis, plain[0], made[0]), clientName);
        } catch (JedisDataException e) {
            throw new RedisErrorException("AUTH", address, new RedisError(e.getMessage()));
        } catch (JedisException e) {
            if (jedis != null) {
                jedis.close();
            }
            Throwable root = root(e);
            throw new IOException("connect to " + address + ": " + message(root), root);
        }
    }

    private static Socket encrypted(Socket plain, Address address, ConnectionSettings settings) {
        if (settings.encryption().isEmpty()) {
            return plain;
        }
        TlsSettings tls = settings.encryption().get();
        try {
            SSLSocket socket =
                    (SSLSocket)
                            TlsContexts.javaContext(tls)
                                    .getSocketFactory()
                                    .createSocket(plain, address.host(), address.port(), true);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm(tls.verifyHostname() ? "HTTPS" : null);
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return socket;
        } catch (IOException e) {
            try {
                plain.close();
            } catch (IOException closing) {
                e.addSuppressed(closing);
            }
            throw new JedisConnectionException("TLS with " + address, e);
        }
    }

    private static RedisConnection named(RedisConnection connection, String clientName)
            throws IOException {
        try {
            // Older and restricted servers refuse it; a name is a courtesy to who looks at
            // CLIENT LIST.
            connection.call("CLIENT", "SETNAME", clientName);
            return connection;
        } catch (IOException e) {
            connection.close();
            throw e;
        }
    }

    public Address address() {
        return address;
    }

    /** Sends bytes that are whole commands; their replies are read with {@link #read()}. */
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            out.write(bytes, offset, length);
            out.flush();
        } catch (IOException e) {
            throw new IOException("write to " + address + ": " + e.getMessage(), e);
        }
    }

    /** Reads the next reply. */
    public Object read() throws IOException {
        try {
            return plain(jedis.getOne());
        } catch (JedisDataException e) {
            return new RedisError(e.getMessage());
        } catch (JedisException e) {
            throw new IOException("read from " + address + ": " + message(root(e)), e);
        }
    }

    /**
     * Sends bytes that are whole commands and reads the reply of each.
     *
     * @throws RedisErrorException with the first error among the replies
     */
    public List<Object> exchange(byte[] bytes, int length, int commands, String operation)
            throws IOException {
        write(bytes, 0, length);
        List<Object> replies = new ArrayList<>(commands);
        RedisError error = null;
        for (int i = 0; i < commands; i++) {
            Object reply = read();
            replies.add(reply);
            if (error == null && reply instanceof RedisError refused) {
                error = refused;
            }
        }
        if (error != null) {
            throw new RedisErrorException(operation, address, error);
        }
        return replies;
    }

    /** Sends one command of text arguments and reads its reply, an error as {@link RedisError}. */
    public Object call(String... args) throws IOException {
        StringBuilder command = new StringBuilder();
        command.append('*').append(args.length).append("\r\n");
        for (String arg : args) {
            int length = arg.getBytes(StandardCharsets.UTF_8).length;
            command.append('$').append(length).append("\r\n").append(arg).append("\r\n");
        }
        byte[] bytes = command.toString().getBytes(StandardCharsets.UTF_8);
        write(bytes, 0, bytes.length);
        return read();
    }

    /** Like {@link #call}, with an error reply as an exception that names the operation. */
    public Object demand(String... args) throws IOException {
        Object reply = call(args);
        if (reply instanceof RedisError error) {
            throw new RedisErrorException(String.join(" ", args), address, error);
        }
        return reply;
    }

    /** Like {@link #demand}, the reply as text. */
    public Optional<String> text(String... args) throws IOException {
        return Optional.ofNullable(demand(args)).map(RedisConnection::asText);
    }

    /** The fields of a section of INFO. */
    public Map<String, String> info(String section) throws IOException {
        Map<String, String> fields = new HashMap<>();
        for (String line : text("INFO", section).orElse("").split("\r?\n", -1)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                fields.put(line.substring(0, colon), line.substring(colon + 1));
            }
        }
        return fields;
    }

    /** A reply's text: of a bulk or status reply its characters, of a number its digits. */
    public static String asText(Object reply) {
        return reply instanceof byte[] bytes
                ? new String(bytes, StandardCharsets.UTF_8)
                : String.valueOf(reply);
    }

    private static Object plain(Object reply) {
        if (reply instanceof JedisDataException error) {
            return new RedisError(error.getMessage());
        }
        if (reply instanceof List<?> list) {
            List<Object> plain = new ArrayList<>(list.size());
            for (Object element : list) {
                plain.add(plain(element));
            }
            return plain;
        }
        return reply;
    }

    private static Throwable root(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null || root.getSuppressed().length > 0) {
            // Jedis hides there why each of a host's addresses refused.
            root = root.getCause() != null ? root.getCause() : root.getSuppressed()[0];
        }
        return root;
    }

    private static String message(Throwable e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    @Override
    public void close() {
        try {
            // What was not sent shall not be: whoever closes has given it up.
            plain.setSoLinger(true, 0);
            plain.close();
        } catch (IOException e) {
            // The connection is being given up: what its end has to say changes nothing.
            return;
        } finally {
            jedis.setBroken();
        }
    }
}

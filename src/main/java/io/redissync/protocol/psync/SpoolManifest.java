package io.redissync.protocol.psync;

import io.redissync.command.History;
import io.redissync.command.Position;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an attempt's directory says of its history for those who come after it; replaced whole and
 * forced to the disk at every change, before the bytes that it speaks of.
 *
 * <p>Text, one word and its values a line: {@code format}, {@code history} (id and epoch), {@code
 * stream} (its start), {@code snapshot} (its length, once it is whole), {@code replid} (and the
 * offset from which on it is the history's), and last {@code crc32c} over the lines before.
 *
 * @param streamStart replication offset at which the stream's log begins
 * @param wholeSnapshot length of the RDB once all of it was received
 * @param names the replication ids of the history, oldest first
 */
record SpoolManifest(
        History history, long streamStart, OptionalLong wholeSnapshot, List<Name> names) {

    /**
     * A replication id.
     *
     * @param from offset at which the source began to use it for this history
     */
    record Name(String replid, long from) {}

    private static final Logger LOG = LoggerFactory.getLogger(SpoolManifest.class);

    private static final String FILE = "history";
    private static final String FORMAT = "format 1";
    private static final String CRC = "crc32c ";

    SpoolManifest {
        names = List.copyOf(names);
    }

    static SpoolManifest of(History history, String replid, long streamStart) {
        return new SpoolManifest(
                history, streamStart, OptionalLong.empty(), List.of(new Name(replid, streamStart)));
    }

    SpoolManifest withName(String replid, long from) {
        if (replid().equals(replid)) {
            return this;
        }
        List<Name> more = new ArrayList<>(names);
        more.add(new Name(replid, from));
        return new SpoolManifest(history, streamStart, wholeSnapshot, more);
    }

    SpoolManifest withWholeSnapshot(long length) {
        return new SpoolManifest(history, streamStart, OptionalLong.of(length), names);
    }

    SpoolManifest withoutSnapshot(long newStreamStart) {
        return new SpoolManifest(history, newStreamStart, OptionalLong.empty(), names);
    }

    /** The newest id: what came before it is its history too, so it fits every offset. */
    String replid() {
        return names.get(names.size() - 1).replid();
    }

    /**
     * Whether the bytes of this spool behind the position are those that follow it at the source.
     * They are not when the position comes from a master that another one had replaced before.
     */
    boolean follows(Position position) {
        if (!history.equals(position.history())) {
            return false;
        }
        for (int i = 0; i < names.size(); i++) {
            if (names.get(i).replid().equals(position.replid())) {
                return i == names.size() - 1 || position.offset() <= names.get(i + 1).from();
            }
        }
        return false;
    }

    void write(Path directory) throws IOException {
        StringBuilder text = new StringBuilder(FORMAT).append('\n');
        text.append("history ").append(history.idText()).append(' ').append(history.epoch());
        text.append("\nstream ").append(streamStart).append('\n');
        wholeSnapshot.ifPresent(length -> text.append("snapshot ").append(length).append('\n'));
        for (Name name : names) {
            text.append("replid ").append(name.replid()).append(' ').append(name.from());
            text.append('\n');
        }
        String checksum = checksum(text.toString());
        text.append(CRC).append(checksum).append('\n');
        Path file = directory.resolve(FILE);
        Path next = directory.resolve(FILE + ".next");
        try (FileChannel out =
                FileChannel.open(
                        next,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        } catch (IOException e) {
            throw new IOException("write spool file " + next + ": " + e.getMessage(), e);
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** What the directory says, if it does and it can be read. */
    static Optional<SpoolManifest> read(Path directory) throws IOException {
        Path file = directory.resolve(FILE);
        String text;
        try {
            text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        int end = text.lastIndexOf(CRC);
        boolean whole =
                end > 0
                        && text.startsWith(FORMAT + "\n")
                        && text.substring(end)
                                .equals(CRC + checksum(text.substring(0, end)) + "\n");
        if (!whole) {
            LOG.warn(
                    "Spool file {} is damaged or of another format (expected: {}); the spool beside"
                            + " it is not used",
                    file,
                    FORMAT);
            return Optional.empty();
        }
        return Optional.of(parse(text.substring(0, end)));
    }

    private static SpoolManifest parse(String text) {
        History history = null;
        long streamStart = 0;
        OptionalLong snapshot = OptionalLong.empty();
        List<Name> names = new ArrayList<>();
        for (String line : text.split("\n", -1)) {
            String[] words = line.split(" ", -1);
            switch (words[0]) {
                case "history" ->
                        history =
                                new History(
                                        Long.parseUnsignedLong(words[1], 16),
                                        Integer.parseInt(words[2]));
                case "stream" -> streamStart = Long.parseLong(words[1]);
                case "snapshot" -> snapshot = OptionalLong.of(Long.parseLong(words[1]));
                case "replid" -> names.add(new Name(words[1], Long.parseLong(words[2])));
                default -> {
                    // The format's line, and the end.
                }
            }
        }
        return new SpoolManifest(history, streamStart, snapshot, names);
    }

    private static String checksum(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return Long.toHexString(crc.getValue());
    }
}

package io.redissync.command;

/** Shows bytes of keys and names in messages without breaking a log line. */
public final class Texts {

    private Texts() {}

    /**
     * The bytes as quoted text: printable ASCII as it is, everything else as {@code \xNN}, as
     * redis-cli shows them.
     *
     * @param maxBytes bytes after which the text is cut, with the whole length behind it
     */
    public static String printable(byte[] bytes, int maxBytes) {
        int shown = Math.min(bytes.length, maxBytes);
        StringBuilder text = new StringBuilder(shown + 2).append('"');
        for (int i = 0; i < shown; i++) {
            int b = bytes[i] & 0xff;
            if (b == '"' || b == '\\') {
                text.append('\\').append((char) b);
            } else if (b >= 0x20 && b < 0x7f) {
                text.append((char) b);
            } else {
                text.append(String.format("\\x%02x", b));
            }
        }
        text.append('"');
        if (shown < bytes.length) {
            text.append("… (").append(bytes.length).append(" bytes)");
        }
        return text.toString();
    }
}

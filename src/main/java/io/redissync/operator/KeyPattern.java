package io.redissync.operator;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Matches whole keys, which are bytes: by prefix, suffix, glob or regular expression.
 *
 * <p>The pattern's text stands for its UTF-8 bytes. A regular expression (RE2 syntax) sees each
 * byte of the key as one character (Latin-1), {@code .} being any byte and <code>&#92;xNN</code>
 * the byte with this number; it has to match the whole key.
 */
public final class KeyPattern implements Serializable {

    private static final long serialVersionUID = 1L;

    /** How the text of a pattern is read. */
    public enum Kind {
        /** The key begins with the text. */
        PREFIX,
        /** The key ends with the text. */
        SUFFIX,
        /** As KEYS and SCAN match: {@code * ? [a-z] [^x] \}. */
        GLOB,
        /** RE2 syntax. */
        REGEX
    }

    private final Kind kind;
    private final String text;
    private final byte[] bytes;
    private final Pattern regex;

    private KeyPattern(Kind kind, String text, byte[] bytes, Pattern regex) {
        this.kind = kind;
        this.text = text;
        this.bytes = bytes;
        this.regex = regex;
    }

    /**
     * Makes a pattern.
     *
     * @throws IllegalArgumentException when the text is no regular expression of RE2
     */
    public static KeyPattern of(Kind kind, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        Pattern regex = null;
        if (kind == Kind.REGEX) {
            try {
                String latin1 = new String(bytes, StandardCharsets.ISO_8859_1);
                regex = Pattern.compile(latin1, Pattern.DOTALL);
            } catch (PatternSyntaxException e) {
                throw new IllegalArgumentException(
                        "key pattern: " + text + " (expected: RE2 syntax: " + e.getMessage() + ")",
                        e);
            }
        }
        return new KeyPattern(kind, text, bytes, regex);
    }

    public boolean matches(byte[] key) {
        return matches(key, 0, key.length);
    }

    /** Whether the key that lies at this place matches. */
    public boolean matches(byte[] in, int start, int length) {
        return switch (kind) {
            case PREFIX ->
                    length >= bytes.length
                            && Arrays.equals(
                                    in, start, start + bytes.length, bytes, 0, bytes.length);
            case SUFFIX ->
                    length >= bytes.length
                            && Arrays.equals(
                                    in,
                                    start + length - bytes.length,
                                    start + length,
                                    bytes,
                                    0,
                                    bytes.length);
            case GLOB -> Glob.matches(bytes, in, start, length);
            case REGEX -> regex.matches(new String(in, start, length, StandardCharsets.ISO_8859_1));
        };
    }

    @Override
    public String toString() {
        return kind + " " + text;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KeyPattern that && kind == that.kind && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return 31 * kind.name().hashCode() + text.hashCode();
    }
}

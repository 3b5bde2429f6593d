package io.redissync.job;

/** How a value that was given is shown in a message of one line. */
final class Problems {

    private static final int MAX_LENGTH = 80;

    /** The text with control characters replaced and cut to a length that leaves room. */
    static String quote(String text) {
        String printable = text.replaceAll("\\p{Cntrl}", "?");
        return printable.length() <= MAX_LENGTH
                ? printable
                : printable.substring(0, MAX_LENGTH) + "…";
    }

    private Problems() {}
}

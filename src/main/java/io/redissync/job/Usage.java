package io.redissync.job;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The usage text, made from the options. */
final class Usage {

    private static final int WIDTH = 96;
    private static final String INDENT = "        ";

    /** Whether there is nothing to run: no argument but the one that the start script adds. */
    static boolean isNeeded(String[] args) {
        return Arrays.stream(args).allMatch(("--" + GivenOptions.LOCAL)::equals);
    }

    static boolean isAskedFor(String[] args) {
        return Arrays.asList(args).contains("--help");
    }

    static String text() {
        StringBuilder text = new StringBuilder();
        text.append(
                """
                flink-redis-sync keeps one Redis identical to another.

                Usage: sync.sh --source.addresses=HOST:PORT[,HOST:PORT…] --target.addresses=HOST:PORT \
                [--config FILE] [--option=value …]
                   or: flink run -d flink-redis-sync.jar --config FILE [--option=value …]

                  --config FILE
                        YAML with the options below, nested or flat; the command line wins.
                  --log-dir DIR
                        Where the run in one JVM (sync.sh) writes its log. Default: logs in spool.dir.
                  --flink.<key>=<value>
                        An option of Flink itself.

                Lists are written a,b and maps a:b,c:d; a backslash keeps a comma or colon as it is.
                docs/options.md holds the same list as a table.
                """);
        for (Map.Entry<String, List<OptionCatalog.Entry>> group :
                OptionCatalog.groups().entrySet()) {
            text.append('\n').append(group.getKey()).append('\n');
            group.getValue().forEach(entry -> appendOption(text, entry));
        }
        return text.toString();
    }

    private static void appendOption(StringBuilder text, OptionCatalog.Entry entry) {
        text.append("  --").append(entry.key());
        if (entry.isRequired()) {
            text.append(" (required)");
        } else if (!entry.defaultText().isEmpty()) {
            text.append(" (").append(entry.defaultText()).append(')');
        }
        text.append('\n');
        appendWrapped(text, entry.description());
    }

    private static void appendWrapped(StringBuilder text, String description) {
        int column = 0;
        for (String word : description.split(" ", -1)) {
            if (column > 0 && column + 1 + word.length() > WIDTH) {
                text.append('\n');
                column = 0;
            }
            String gap = column == 0 ? INDENT : " ";
            text.append(gap).append(word);
            column += gap.length() + word.length();
        }
        text.append('\n');
    }

    private Usage() {}
}

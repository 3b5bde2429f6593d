package io.redissync.job;

import java.util.List;
import java.util.Map;

/**
 * All options as Markdown tables, one per group: the text of docs/options.md and of a part of the
 * README.
 */
public final class OptionTable {

    public static String render() {
        StringBuilder text = new StringBuilder();
        text.append(
                """
                # Options

                On the command line as `--key=value` or `--key value`, in the YAML file of `--config FILE` nested \
                or flat; the command line wins. Lists are written `a,b` (in YAML also as lists), maps `a:b,c:d` \
                (in YAML also as maps); a backslash before a comma or a colon makes it a part of the value. \
                Durations have a unit (`500 ms`, `5 s`, `1 h`), sizes may have one (`16 mb`). \
                `flink.<key>` sets an option of Flink itself. The run in one JVM also takes `--log-dir DIR` \
                (default: `logs` in `spool.dir`).

                A test keeps this page equal to the code; `mvn test -Dtest=OptionTableTest -Dupdate.docs=true` \
                writes it.
                """);
        return text.append(renderTables("##")).toString();
    }

    /**
     * The tables alone.
     *
     * @param heading what a group's heading begins with, {@code ##} or more
     */
    static String renderTables(String heading) {
        StringBuilder text = new StringBuilder();
        for (Map.Entry<String, List<OptionCatalog.Entry>> group :
                OptionCatalog.groups().entrySet()) {
            text.append('\n').append(heading).append(' ').append(group.getKey()).append("\n\n");
            text.append("| option | default | meaning |\n|---|---|---|\n");
            for (OptionCatalog.Entry entry : group.getValue()) {
                text.append("| `").append(entry.key()).append("` | ");
                text.append(defaultCell(entry)).append(" | ");
                text.append(cell(entry.description())).append(" |\n");
            }
        }
        return text.toString();
    }

    private static String defaultCell(OptionCatalog.Entry entry) {
        if (entry.isRequired()) {
            return "required";
        }
        return entry.defaultText().isEmpty() ? "" : "`" + entry.defaultText() + "`";
    }

    private static String cell(String text) {
        return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;");
    }

    private OptionTable() {}
}

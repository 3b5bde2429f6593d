package io.redissync.job;

import java.util.Locale;
import java.util.Set;
import java.util.StringJoiner;

/** A shard's progress as a line of text; what is not known is left out. */
final class ProgressLines {

    /** Phases in which the snapshot is what matters. */
    private static final Set<String> OF_SNAPSHOT = Set.of("snapshot", "applying", "done");

    private static final String[] UNITS = {"kB", "MB", "GB", "TB", "PB", "EB"};

    static String format(ShardProgress progress) {
        StringJoiner line = new StringJoiner("  ");
        line.add("shard " + progress.shard());
        line.add(progress.phase());
        if (OF_SNAPSHOT.contains(progress.phase())) {
            if (progress.snapshotPercent() >= 0) {
                line.add(percent(progress.snapshotPercent()));
            }
            if (progress.snapshotKeys() >= 0) {
                line.add(number(progress.snapshotKeys()) + " keys");
            }
        }
        if (progress.commandsPerSecond() >= 0) {
            line.add(number(Math.round(progress.commandsPerSecond())) + " commands/s");
        }
        if (progress.lagBytes() >= 0) {
            line.add("lag " + bytes(progress.lagBytes()));
        }
        if (progress.spoolBytes() > 0) {
            line.add("spool " + bytes(progress.spoolBytes()));
        }
        return line.toString();
    }

    /** Rounded down, so that 100 means all of it. */
    private static String percent(double value) {
        return (int) Math.min(value, 100) + "%";
    }

    private static String number(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /** In steps of 1000, with one decimal from the first unit on. */
    static String bytes(long value) {
        if (value < 1000) {
            return value + " B";
        }
        double scaled = value / 1000.0;
        int unit = 0;
        // 999.95 would be printed as 1000.0.
        while (scaled >= 999.95 && unit < UNITS.length - 1) {
            scaled /= 1000;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %s", scaled, UNITS[unit]);
    }

    private ProgressLines() {}
}

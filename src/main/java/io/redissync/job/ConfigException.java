package io.redissync.job;

import java.util.List;

/** Says everything that is wrong with the options of a run, one problem per line, no secrets. */
public final class ConfigException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final List<String> problems;

    ConfigException(List<String> problems) {
        super(
                (problems.size() == 1 ? "1 problem" : problems.size() + " problems")
                        + " in the options:\n  "
                        + String.join("\n  ", problems));
        this.problems = List.copyOf(problems);
    }

    /** The problems in the order of the message, each without a line break. */
    public List<String> problems() {
        return problems;
    }
}

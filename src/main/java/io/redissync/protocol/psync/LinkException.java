package io.redissync.protocol.psync;

/** A link cannot go on by itself; says which shard, why and what to do. */
public final class LinkException extends Exception {

    private static final long serialVersionUID = 1L;

    /** What could help. */
    public enum Remedy {
        /** Somebody has to change something: the next link would meet the same. */
        DECISION,
        /** Another link may fare better: the fault is this process' or its disk's. */
        ANOTHER_LINK
    }

    private final Remedy remedy;

    LinkException(String message) {
        this(message, null, Remedy.DECISION);
    }

    LinkException(String message, Throwable cause) {
        this(message, cause, Remedy.DECISION);
    }

    LinkException(String message, Throwable cause, Remedy remedy) {
        super(message, cause);
        this.remedy = remedy;
    }

    public Remedy remedy() {
        return remedy;
    }
}

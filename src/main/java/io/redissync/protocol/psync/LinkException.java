package io.redissync.protocol.psync;

/** A link cannot go on, and trying again would not help; says which shard, why and what to do. */
public final class LinkException extends Exception {

    private static final long serialVersionUID = 1L;

    LinkException(String message) {
        super(message);
    }

    LinkException(String message, Throwable cause) {
        super(message, cause);
    }
}

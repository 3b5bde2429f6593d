package io.redissync.protocol.psync;

/**
 * Told of what changes in a link; called from the link's own threads, so it must not block. Nothing
 * is called after {@link ReplicaLink#close()} has returned.
 */
public interface LinkListener {

    /**
     * A new history begins, or the one that was asked for goes on: every later byte goes into this
     * spool, and the one before gets no more (its snapshot may be incomplete and then is never
     * sealed).
     *
     * @param why in words, for log and user
     */
    void onHistory(HistorySpool spool, String why);

    /** The link has ended and does not try again. */
    void onFailure(LinkException fatal);
}

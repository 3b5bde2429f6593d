package io.redissync.source.enumerator;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Counts the full resyncs that may run at once: every one is a fork of a source's process. */
final class FullSyncPermits {

    /**
     * A shard that asks, and the subtask that reads it.
     *
     * @param shard id of the shard
     * @param subtask index of the reader
     */
    record Holder(String shard, int subtask) {}

    private final int max;
    private final Map<String, Holder> holders = new LinkedHashMap<>();
    private final Deque<Holder> waiting = new ArrayDeque<>();

    /**
     * @param max 0: no limit
     */
    FullSyncPermits(int max) {
        this.max = max;
    }

    /** Asking again changes nothing: an answer may have been lost. Returns who may begin now. */
    List<Holder> request(Holder holder) {
        if (holders.containsKey(holder.shard())) {
            holders.put(holder.shard(), holder);
            return List.of(holder);
        }
        waiting.removeIf(other -> other.shard().equals(holder.shard()));
        waiting.add(holder);
        return grant();
    }

    List<Holder> release(String shard) {
        holders.remove(shard);
        waiting.removeIf(other -> other.shard().equals(shard));
        return grant();
    }

    /** A reader is gone or new: it holds nothing. */
    List<Holder> forget(int subtask) {
        holders.values().removeIf(holder -> holder.subtask() == subtask);
        waiting.removeIf(holder -> holder.subtask() == subtask);
        return grant();
    }

    private List<Holder> grant() {
        List<Holder> granted = new ArrayList<>();
        while (!waiting.isEmpty() && (max == 0 || holders.size() < max)) {
            Holder next = waiting.removeFirst();
            holders.put(next.shard(), next);
            granted.add(next);
        }
        return granted;
    }
}

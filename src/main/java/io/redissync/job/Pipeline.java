package io.redissync.job;

import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Puts source, operators and sink together. */
final class Pipeline {

    /** Adds the whole job to the environment; connects to nothing. */
    static void build(StreamExecutionEnvironment env, SyncConfig config) {
        throw new IllegalStateException(
                "pipeline of " + config.name() + ": this build holds no source and sink");
    }

    private Pipeline() {}
}

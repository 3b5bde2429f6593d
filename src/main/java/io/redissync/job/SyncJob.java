package io.redissync.job;

import java.util.Arrays;
import org.apache.flink.client.program.ProgramParametrizationException;
import org.apache.flink.streaming.api.environment.LocalStreamEnvironment;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The main class: reads the options, builds the pipeline and runs it, on the Flink that started it
 * or, where none did, on one in this JVM.
 *
 * <p>In a JVM of its own it ends with 0 (a full copy is complete, or the user stopped it), 1 (the
 * job failed) or 2 (the options are wrong). Under Flink it never ends the JVM, which may be a
 * JobManager: it throws what the CLI prints as a message without a stack trace.
 */
public final class SyncJob {

    private static final int EXIT_OPTIONS = 2;
    private static final String FLINK_CLASSES = "org.apache.flink.";

    public static void main(String[] args) throws Exception {
        if (isAskedForHere(args)) {
            System.exit(runHere(args));
        }
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        if (env instanceof LocalStreamEnvironment) {
            System.exit(runHere(args));
        }
        submit(env, args);
    }

    /** Whether {@code --local} was given and no class of Flink called main. */
    private static boolean isAskedForHere(String[] args) {
        return Arrays.asList(args).contains("--local")
                && StackWalker.getInstance()
                        .walk(
                                frames ->
                                        frames.noneMatch(
                                                f -> f.getClassName().startsWith(FLINK_CLASSES)));
    }

    static String jobName(SyncConfig config) {
        return "flink-redis-sync " + config.name();
    }

    private static int runHere(String[] args) {
        UserStop userStop = UserStop.install();
        try {
            return runHere(args, userStop);
        } finally {
            userStop.remove();
        }
    }

    private static int runHere(String[] args, UserStop userStop) {
        if (Usage.isAskedFor(args)) {
            System.out.print(Usage.text());
            return 0;
        }
        if (Usage.isNeeded(args)) {
            System.err.print(Usage.text());
            return EXIT_OPTIONS;
        }
        SyncConfig config;
        try {
            config = SyncConfig.load(args);
        } catch (ConfigException e) {
            System.err.println("flink-redis-sync: " + e.getMessage());
            return EXIT_OPTIONS;
        }
        return new LocalRunner(config, Pipeline::build, System.out, System.err).run(userStop);
    }

    private static void submit(StreamExecutionEnvironment env, String[] args) throws Exception {
        if (Usage.isNeeded(args) || Usage.isAskedFor(args)) {
            throw new ProgramParametrizationException(Usage.text());
        }
        SyncConfig config;
        try {
            config = SyncConfig.load(args);
        } catch (ConfigException e) {
            throw new ProgramParametrizationException(e.getMessage());
        }
        if (config.isLocal()) {
            throw new ProgramParametrizationException(
                    "--local: the job was submitted to a Flink cluster (expected: without it)");
        }
        env.configure(config.flinkOverrides());
        Pipeline.build(env, config);
        env.execute(jobName(config));
    }

    private SyncJob() {}
}

package io.redissync.job;

import java.io.PrintStream;
import java.net.BindException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobmaster.JobResult;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.util.TimeUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the job on a Flink inside this JVM until it ends or the user stops it.
 *
 * <p>SIGTERM and Ctrl-C cancel the job (the markers on the target hold what was applied) and end
 * the JVM with 0 within seconds, see {@link UserStop}.
 */
final class LocalRunner {

    /** Adds the job to an environment. */
    interface JobBuilder {
        void build(StreamExecutionEnvironment env, SyncConfig config);
    }

    private static final Logger LOG = LoggerFactory.getLogger(LocalRunner.class);

    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final long STEP_SECONDS = 3;

    private final SyncConfig config;
    private final JobBuilder job;
    private final PrintStream out;
    private final PrintStream err;

    /** Taken by the first of the two: the job ended, or the user stops it. */
    private final AtomicBoolean ending = new AtomicBoolean();

    private final CompletableFuture<Integer> exitCode = new CompletableFuture<>();
    private volatile MiniCluster cluster;
    private volatile JobID jobId;

    LocalRunner(SyncConfig config, JobBuilder job, PrintStream out, PrintStream err) {
        this.config = config;
        this.job = job;
        this.out = out;
        this.err = err;
    }

    /** Runs to the end and returns the exit code; a failure is told on one line of stderr. */
    int run(UserStop userStop) {
        userStop.onStop(this::stop);
        int code = runToEnd();
        exitCode.complete(code);
        return code;
    }

    private int runToEnd() {
        FutureTask<JobResult> execution = new FutureTask<>(this::execute);
        execution.run();
        int code;
        try {
            JobResult result = execution.get();
            if (!ending.compareAndSet(false, true)) {
                return OK;
            }
            closeCluster();
            code = tell(result);
        } catch (ExecutionException e) {
            if (!ending.compareAndSet(false, true)) {
                return OK;
            }
            closeCluster();
            code = fail(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            code = fail(e);
        }
        LocalLogging.stop();
        return code;
    }

    private JobResult execute() throws Exception {
        Path log = LocalLogging.start(config.logDir(), config.name());
        LOG.info("Options: {}", config);
        Configuration flink = flinkConfiguration(log);
        // Built before the cluster starts: what is wrong with the job shows at once.
        StreamExecutionEnvironment env = new StreamExecutionEnvironment(flink);
        job.build(env, config);
        StreamGraph graph = env.getStreamGraph();
        graph.setJobName(SyncJob.jobName(config));
        JobGraph jobGraph = graph.getJobGraph();

        cluster =
                new MiniCluster(
                        new MiniClusterConfiguration.Builder()
                                .setConfiguration(flink)
                                .setNumTaskManagers(1)
                                .setNumSlotsPerTaskManager(slots(jobGraph))
                                .build());
        cluster.start();
        out.println("Web UI: http://localhost:" + cluster.getRestAddress().get().getPort());
        out.println("Log: " + log);
        out.flush();
        jobId = jobGraph.getJobID();
        cluster.submitJob(jobGraph).get();
        return cluster.requestJobResult(jobId).get();
    }

    private int slots(JobGraph jobGraph) {
        return Math.max(jobGraph.getMaximumParallelism(), config.shards().size());
    }

    private Configuration flinkConfiguration(Path log) {
        Configuration flink = new Configuration();
        // The Web UI asks nobody for a password: only this machine may open it, unless told so.
        flink.set(RestOptions.ADDRESS, "localhost");
        flink.set(RestOptions.BIND_ADDRESS, "localhost");
        flink.set(RestOptions.PORT, config.get(SyncOptions.REST_PORT));
        flink.set(RestOptions.BIND_PORT, Integer.toString(config.get(SyncOptions.REST_PORT)));
        flink.set(WebOptions.SUBMIT_ENABLE, false);
        flink.set(WebOptions.LOG_PATH, log.toString());
        flink.set(TaskManagerOptions.TASK_MANAGER_LOG_PATH, log.toString());
        flink.set(CoreOptions.DEFAULT_PARALLELISM, config.shards().size());
        flink.setString(
                "metrics.reporter.progress.factory.class", ProgressReporterFactory.class.getName());
        flink.setString(
                "metrics.reporter.progress.interval",
                TimeUtils.formatWithHighestUnit(config.get(SyncOptions.PROGRESS_INTERVAL)));
        flink.set(
                DeploymentOptions.JOB_STATUS_CHANGED_LISTENERS,
                List.of(RestartNotice.class.getName()));
        flink.addAll(config.flinkOverrides());
        return flink;
    }

    private int tell(JobResult result) {
        JobStatus status = result.getJobStatus().orElse(JobStatus.FAILED);
        switch (status) {
            case FINISHED -> {
                out.println("Complete.");
                return OK;
            }
            case CANCELED -> {
                out.println("Stopped.");
                return OK;
            }
            default -> {
                if (result.getSerializedThrowable().isPresent()) {
                    return fail(result.getSerializedThrowable().get());
                }
                return fail(new IllegalStateException("the job ended as " + status));
            }
        }
    }

    private int fail(Throwable failure) {
        LOG.info("The run failed", failure);
        boolean portTaken =
                FailureReason.chain(failure).stream().anyMatch(BindException.class::isInstance);
        err.println(
                "flink-redis-sync: "
                        + (portTaken
                                ? "rest.port: "
                                        + config.get(SyncOptions.REST_PORT)
                                        + " is in use (expected: a free port, or 0 for any)"
                                : FailureReason.of(failure)));
        return FAILED;
    }

    /** Stops what runs for the user and returns the exit code. */
    private int stop() {
        if (ending.compareAndSet(false, true)) {
            cancelJob();
            closeCluster();
            out.println("Stopped.");
            LocalLogging.stop();
            return OK;
        }
        return await("end the run", exitCode) ? exitCode.join() : FAILED;
    }

    private void cancelJob() {
        if (cluster != null && jobId != null) {
            await("cancel the job", cluster.cancelJob(jobId));
            await("wait for the end of the job", cluster.requestJobResult(jobId));
        }
    }

    private void closeCluster() {
        if (cluster != null) {
            // closeAsync itself waits for a start that is under way.
            MiniCluster running = cluster;
            await("close Flink", CompletableFuture.runAsync(() -> running.closeAsync().join()));
        }
    }

    private static boolean await(String what, Future<?> future) {
        try {
            future.get(STEP_SECONDS, TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException e) {
            LOG.info("Could not {}", what, e.getCause());
        } catch (TimeoutException e) {
            LOG.info("Could not {} within {} s", what, STEP_SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }
}

package io.redissync.job;

import org.apache.flink.api.common.JobStatus;
import org.apache.flink.core.execution.JobExecutionStatusEvent;
import org.apache.flink.core.execution.JobStatusChangedEvent;
import org.apache.flink.core.execution.JobStatusChangedListener;
import org.apache.flink.core.execution.JobStatusChangedListenerFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells on the console of the run in one JVM that Flink restarts the job; Flink makes it by name.
 */
public final class RestartNotice
        implements JobStatusChangedListener, JobStatusChangedListenerFactory {

    private static final Logger LOG = LoggerFactory.getLogger(RestartNotice.class);

    @Override
    public JobStatusChangedListener createListener(Context context) {
        return this;
    }

    @Override
    public void onEvent(JobStatusChangedEvent event) {
        if (event instanceof JobExecutionStatusEvent change
                && change.newStatus() == JobStatus.RESTARTING) {
            // Flink does not give the reason with this event.
            LOG.warn(
                    "The job failed and is restarted from what is on the target; the log says why");
        }
    }
}

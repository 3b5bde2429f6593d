package io.redissync.job;

import java.util.Properties;
import org.apache.flink.metrics.reporter.MetricReporterFactory;

/** Makes the progress lines of the run in one JVM, found by Flink as a service. */
public final class ProgressReporterFactory implements MetricReporterFactory {

    @Override
    public ProgressReporter createMetricReporter(Properties properties) {
        return new ProgressReporter(System.out, System::nanoTime);
    }
}

/**
 * What a user meets: options, the main class, the run in one JVM with its progress lines, and the
 * wiring of the pipeline. Knows every other package; none knows it.
 */
package io.redissync.job;

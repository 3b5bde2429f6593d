/**
 * The replica link to one source master and the spool on disk that takes what it sends, so that a
 * slow consumer never holds the master up. Knows nothing of Flink.
 */
package io.redissync.protocol.psync;

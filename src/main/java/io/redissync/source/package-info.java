/**
 * The FLIP-27 source: one split per source master, its position in checkpointed state, its bytes
 * from the spool. Knows nothing of the sink.
 */
package io.redissync.source;

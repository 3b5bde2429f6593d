/**
 * The Sink V2 writer: batches, the compare-and-swap on the marker, and what happens when the target
 * does not answer as it should. Knows nothing of the source.
 */
package io.redissync.sink;

/** Assigns shards to readers and lets only so many full resyncs run at once. */
package io.redissync.source.enumerator;

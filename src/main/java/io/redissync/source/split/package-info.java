/** What Flink keeps of a shard: the split, its state and their serialised form. */
package io.redissync.source.split;

/** Reads shards: decides where to begin, runs the link, and turns spooled bytes into changes. */
package io.redissync.source.reader;

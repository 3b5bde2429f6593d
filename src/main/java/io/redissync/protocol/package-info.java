/** The wire formats of a Redis source: its command stream, its RDB and its replica link. */
package io.redissync.protocol;

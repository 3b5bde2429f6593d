/** Framing of the replication stream. */
package io.redissync.protocol.resp;

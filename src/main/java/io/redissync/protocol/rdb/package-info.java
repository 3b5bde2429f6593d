/**
 * Reads an RDB as a stream of keys whose values stay raw bytes, and makes RESTORE payloads of them.
 */
package io.redissync.protocol.rdb;

/**
 * What both ends need to reach a Redis server: addresses, credentials, TLS, and one thin connection
 * on top of Jedis. Knows nothing of Flink.
 */
package io.redissync.connection;

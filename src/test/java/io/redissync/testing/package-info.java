/**
 * What the tests and the demo stand on: real servers, a real write load and a real comparison of
 * two servers.
 */
package io.redissync.testing;

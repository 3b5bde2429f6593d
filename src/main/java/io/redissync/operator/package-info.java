/**
 * What lies between the source and the sink: the lane router behind the source, then filter and
 * transform on the keyed stream.
 */
package io.redissync.operator;

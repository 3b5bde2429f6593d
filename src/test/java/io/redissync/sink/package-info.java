/** The sink against real servers: its compare-and-swap, its recovery and its rules. */
package io.redissync.sink;

/**
 * The words of the product as immutable values: changes, commands, snapshot entries, positions and
 * markers, and what is known of each Redis command. Uses the JDK only.
 */
package io.redissync.command;

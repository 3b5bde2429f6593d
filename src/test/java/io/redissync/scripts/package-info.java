/** Tests of what stands in {@code scripts/}, run as a user runs it. */
package io.redissync.scripts;

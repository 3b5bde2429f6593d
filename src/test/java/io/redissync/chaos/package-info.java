/** Faults drawn at random, one after the other, against a whole job: {@code scripts/chaos.sh}. */
package io.redissync.chaos;

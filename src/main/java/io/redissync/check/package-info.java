/** Looks at both ends before a sync begins. */
package io.redissync.check;

/**
 * What {@code scripts/demo.sh} runs: a sync between two throw-away servers, watched and checked.
 */
package io.redissync.demo;

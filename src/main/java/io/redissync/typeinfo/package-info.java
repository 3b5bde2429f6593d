/** Flink's serialisers for the words of the product, versioned from the first release. */
package io.redissync.typeinfo;

/** Rules that hold for the whole code, and for the pages that speak of it. */
package io.redissync.architecture;

package io.redissync.sink;

import io.redissync.connection.RedisError;
import io.redissync.connection.RedisErrorException;
import java.util.Set;

/** Decides, in one place, which error replies of a target pass by themselves. */
final class TargetErrors {

    private static final Set<String> PASSING =
            Set.of(
                    "LOADING",
                    "READONLY",
                    "OOM",
                    "BUSY",
                    "MISCONF",
                    "NOREPLICAS",
                    "CLUSTERDOWN",
                    "MASTERDOWN",
                    "TRYAGAIN");

    private TargetErrors() {}

    static boolean passes(RedisError error) {
        return PASSING.contains(error.code())
                || error.message().startsWith("ERR max number of clients")
                || (error.code().equals("EXECABORT")
                        && PASSING.stream().anyMatch(code -> error.message().contains(code)));
    }

    static boolean passes(RedisErrorException e) {
        return e.error() != null && passes(e.error());
    }
}

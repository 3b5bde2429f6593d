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

    /** What to do about an error that does not pass. */
    static String advice(RedisError error) {
        return switch (error.code()) {
            case "NOAUTH", "WRONGPASS" -> "Check target.user and target.password";
            case "NOPERM" ->
                    "The target's user needs the commands of the sync and of its markers on all"
                            + " keys; see the limits in the README";
            default ->
                    error.message().contains("AUTH") || error.message().contains("password")
                            ? "Check target.user and target.password"
                            : "See the limits in the README";
        };
    }

    static boolean passes(RedisErrorException e) {
        return e.error() != null && passes(e.error());
    }
}

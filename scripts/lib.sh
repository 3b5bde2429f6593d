# shellcheck shell=bash disable=SC2034
# What the scripts beside it share: places, messages, building when needed. Sourced, never run.
# Runs with bash 3.2 and needs nothing besides a JDK and Maven.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
JOB_JAR=$ROOT/target/flink-redis-sync.jar
FLINK_HOME_DIR=${FLINK_CLUSTER_HOME:-$ROOT/target/flink}
BUILD_LOG=$ROOT/target/build.log

note() { printf '%s\n' "$*" >&2; }

die() {
    note "error: $*"
    exit 1
}

# Sets JAVA; ends the script when there is no Java 17 or later.
find_java() {
    JAVA=${JAVA_HOME:+$JAVA_HOME/bin/java}
    if [ -z "$JAVA" ]; then
        JAVA=$(command -v java) || die "no java on the PATH and JAVA_HOME is not set: install a JDK 17"
    fi
    [ -x "$JAVA" ] || die "JAVA_HOME=$JAVA_HOME holds no bin/java: point it at a JDK 17"
    local major
    major=$("$JAVA" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p' | head -n 1)
    [ "${major:-0}" -ge 17 ] || die "$JAVA is version ${major:-unknown} (expected: 17 or later)"
}

# Whether the jar, Flink's lib and the flags are there and no source is newer.
up_to_date() {
    [ -f "$JOB_JAR" ] && [ -d "$ROOT/target/flink/lib" ] \
        && [ -f "$ROOT/target/flink/jvm.args" ] && [ -f "$ROOT/target/test.classpath" ] \
        && [ -z "$(find "$ROOT/pom.xml" "$ROOT/flink-conf/jvm.args" "$@" -newer "$JOB_JAR" -print 2>/dev/null | head -n 1)" ]
}

run_build() {
    command -v mvn >/dev/null || die "no mvn on the PATH: install Maven 3.8 or later"
    note "building flink-redis-sync (log: $BUILD_LOG)"
    # A user's own edit that is not formatted is for scripts/test.sh to refuse, not for a run.
    if ! (cd "$ROOT" && mvn -B -q -DskipTests -Dspotless.check.skip=true package) >"$BUILD_LOG" 2>&1; then
        tail -n 60 "$BUILD_LOG" >&2
        die "the build failed; its whole log is $BUILD_LOG"
    fi
}

# build_when_needed SOURCE_DIR...: packages when the jar is missing or older than anything in there.
# REDISSYNC_BUILD=never leaves the build to the caller (tests run inside Maven).
build_when_needed() {
    if [ "${REDISSYNC_BUILD:-}" = never ]; then
        [ -d "$ROOT/target/flink/lib" ] || die "not built, and REDISSYNC_BUILD=never forbids to build"
        return 0
    fi
    if up_to_date "$@"; then
        return 0
    fi
    mkdir -p "$ROOT/target"
    if command -v flock >/dev/null; then
        (
            flock 9
            up_to_date "$@" || run_build
        ) 9>"$ROOT/target/build.lock" || exit 1
    else
        run_build
    fi
}

# Sets JAVA_OPTIONS to the words of its argument, a list of JVM options from the environment.
split_options() {
    JAVA_OPTIONS=()
    # An empty here-string still has one (empty) line.
    if [ -n "$1" ]; then
        read -r -a JAVA_OPTIONS <<<"$1"
    fi
}

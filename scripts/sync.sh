#!/usr/bin/env bash
# Runs the job in one JVM on an embedded Flink. Without an option: prints the usage and ends with 2.
#   scripts/sync.sh --source.addresses=H:P[,H:P…] --target.addresses=H:P [--config FILE] [--option=value …]
# Environment: SYNC_HEAP (default 2g), JAVA_OPTS (more JVM options), JAVA_HOME.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

find_java
build_when_needed "$ROOT/src/main"

arguments=()
if [ $# -gt 0 ]; then
    # An own --log-dir comes later and wins.
    arguments=(--local "--log-dir=$ROOT/target/logs" "$@")
fi
split_options "${JAVA_OPTS:-}"

# exec: Ctrl-C and SIGTERM reach the JVM itself, and its exit code is the script's.
exec "$JAVA" "@$ROOT/target/flink/jvm.args" "-Xmx${SYNC_HEAP:-2g}" \
    -Dlog4j.configurationFile=classpath:log4j2-local.properties \
    ${JAVA_OPTIONS[@]+"${JAVA_OPTIONS[@]}"} \
    -cp "$JOB_JAR:$ROOT/target/flink/lib/*" \
    io.redissync.job.SyncJob ${arguments[@]+"${arguments[@]}"}

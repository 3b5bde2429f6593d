#!/usr/bin/env bash
# Shows a sync with nothing prepared: two throw-away Redis servers, a full copy, live writes, and the
# comparison of both sides. --keep leaves it running with the Web UI.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

find_java
build_when_needed "$ROOT/src"
split_options "${JAVA_OPTS:-}"

cd "$ROOT"
exec "$JAVA" "@$ROOT/target/flink/jvm.args" \
    "-Dredissync.home=$ROOT" \
    ${JAVA_OPTIONS[@]+"${JAVA_OPTIONS[@]}"} \
    -cp "$ROOT/target/test-classes:$ROOT/target/classes:$(cat "$ROOT/target/test.classpath")" \
    io.redissync.demo.Demo "$@"

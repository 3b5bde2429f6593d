#!/usr/bin/env bash
# Faults drawn at random from a seed against a real cluster and real servers, for some minutes; ends
# with 0 when both sides are equal and nothing was resynced needlessly. --minutes N --seed S
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
    io.redissync.chaos.Chaos "$@"

#!/usr/bin/env bash
# Flink's own command line against the cluster of scripts/flink-cluster.sh:
#   scripts/flink.sh run -d target/flink-redis-sync.jar --config sync.yaml
#   scripts/flink.sh list | stop JOB | savepoint JOB | cancel JOB
# Environment: FLINK_CLUSTER_DIR and FLINK_CLUSTER_HOME as for flink-cluster.sh.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

DIR=${FLINK_CLUSTER_DIR:-$FLINK_HOME_DIR}
[ -f "$DIR/conf/config.yaml" ] \
    || die "no cluster was started in $DIR (start one: scripts/flink-cluster.sh start)"
DIR=$(cd "$DIR" && pwd -P)
find_java

export FLINK_CONF_DIR=$DIR/conf
exec "$JAVA" "@$FLINK_HOME_DIR/jvm.args" \
    "-Dlog.file=$DIR/log/cli.log" "-Dlog4j.configurationFile=$DIR/conf/log4j-cli.properties" \
    -cp "$FLINK_HOME_DIR/lib/*" org.apache.flink.client.cli.CliFrontend "$@"

#!/usr/bin/env bash
# A real standalone Flink cluster on this host, from Maven Central jars: one JVM for the JobManager,
# one for each TaskManager. Run it without arguments for the usage.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
    cat >&2 <<'USAGE'
usage: scripts/flink-cluster.sh COMMAND
  start [N] [-Dkey=value …]  JobManager and N TaskManagers (default 1); returns when all are registered
  stop                       ends everything that start and start-tm began
  status                     processes and what REST says; exit code 3 when it does not run
  start-tm                   one more TaskManager, with the lowest number that is free; prints the number
  kill-tm I                  kill -9 of TaskManager I
  kill-jm                    kill -9 of the JobManager; its jobs are lost (no high availability here)
  start-jm                   a new JobManager; the TaskManagers find it by themselves
  pid jm | pid tm I          the process id
  logs                       the last lines of every log
environment:
  FLINK_CLUSTER_DIR   conf, run, log, tmp, checkpoints and savepoints of this cluster (target/flink)
  FLINK_CLUSTER_HOME  where lib/ and jvm.args are (target/flink)
  FLINK_REST_PORT     Web UI and REST (8081)
  FLINK_JM_PORT       JobManager RPC (6123)
  FLINK_EXTRA_CONF    a file of "key: value" lines that replace those of flink-conf/config.yaml
  FLINK_JVM_OPTS      more options for every JVM
USAGE
    exit 2
}

DIR=${FLINK_CLUSTER_DIR:-$FLINK_HOME_DIR}
READY_SECONDS=${FLINK_READY_SECONDS:-90}

resolve_dir() {
    mkdir -p "$DIR"
    # One canonical name: it marks our processes on their command lines.
    DIR=$(cd "$DIR" && pwd -P)
    CONF=$DIR/conf
    RUN=$DIR/run
    LOG=$DIR/log
}

# --- configuration -----------------------------------------------------------------------------

# put_line KEY LINE: replaces the line of KEY in the private copy.
put_line() {
    awk -v key="$1:" 'index($0, key) != 1' "$CONF/config.yaml" >"$CONF/config.yaml.new"
    printf '%s\n' "$2" >>"$CONF/config.yaml.new"
    mv "$CONF/config.yaml.new" "$CONF/config.yaml"
}

put_value() {
    local quoted=${2//\'/\'\'}
    put_line "$1" "$1: '$quoted'"
}

write_conf() {
    mkdir -p "$CONF" "$RUN" "$LOG" "$DIR/tmp"
    cp "$ROOT/flink-conf/config.yaml" "$ROOT/flink-conf/log4j.properties" \
        "$ROOT/flink-conf/log4j-cli.properties" "$CONF/"
    put_value rest.port "${FLINK_REST_PORT:-8081}"
    put_value jobmanager.rpc.port "${FLINK_JM_PORT:-6123}"
    put_value execution.checkpointing.dir "file://$DIR/checkpoints"
    put_value execution.checkpointing.savepoint-dir "file://$DIR/savepoints"
    local line number=0
    if [ -n "${FLINK_EXTRA_CONF:-}" ]; then
        [ -r "$FLINK_EXTRA_CONF" ] || die "FLINK_EXTRA_CONF=$FLINK_EXTRA_CONF cannot be read"
        while IFS= read -r line || [ -n "$line" ]; do
            number=$((number + 1))
            case $line in
                '' | '#'*) ;;
                [a-zA-Z]*:' '*) put_line "${line%%: *}" "$line" ;;
                *) die "$FLINK_EXTRA_CONF line $number: '$line' (expected: 'key: value', not nested)" ;;
            esac
        done <"$FLINK_EXTRA_CONF"
    fi
    for line in "$@"; do
        line=${line#-D}
        put_value "${line%%=*}" "${line#*=}"
    done
}

# The value of KEY in the private copy.
conf_value() {
    sed -n "s/^$1: *'\{0,1\}\([^']*\)'\{0,1\} *\$/\1/p" "$CONF/config.yaml"
}

# --- processes: "jm" and "tm-I" ----------------------------------------------------------------

# A pid file alone proves nothing: the number may belong to somebody else by now.
pid_of() {
    local pid
    [ -f "$RUN/$1.pid" ] || return 1
    pid=$(cat "$RUN/$1.pid")
    case $(command_line "$pid") in
        *"-Dredissync.cluster.process=$DIR#$1 "*) printf '%s\n' "$pid" ;;
        *) return 1 ;;
    esac
}

command_line() {
    if [ -d /proc/self ]; then
        # Empty for a process that has ended and was not waited for.
        { tr '\0' ' ' <"/proc/$1/cmdline"; } 2>/dev/null || true
    else
        ps -ww -o command= -p "$1" 2>/dev/null || true
    fi
}

# The numbers of all TaskManagers that have a pid file, in order.
tm_numbers() {
    local file
    for file in "$RUN"/tm-*.pid; do
        [ -f "$file" ] || continue
        file=${file##*/tm-}
        printf '%s\n' "${file%.pid}"
    done | sort -n
}

all_names() {
    local i
    for i in $(tm_numbers); do
        printf 'tm-%s\n' "$i"
    done
    printf 'jm\n'
}

# wait_gone NAME SECONDS: whether the process has ended by then.
wait_gone() {
    local rounds=$(($2 * 10))
    while pid_of "$1" >/dev/null; do
        [ $rounds -gt 0 ] || return 1
        rounds=$((rounds - 1))
        sleep 0.1
    done
}

# launch NAME MAIN RESOURCE_COMMAND [ARGUMENT…]
launch() {
    local name=$1 main=$2 resources=$3 log_name answer
    shift 3
    case $name in
        jm) log_name=jobmanager ;;
        *) log_name=taskmanager-${name#tm-} ;;
    esac
    local log_flags=("-Dlog.file=$LOG/$log_name.log" "-Dlog4j.configurationFile=$CONF/log4j.properties")
    # Flink itself divides the process' memory into JVM flags (first line) and options (second line).
    answer=$("$JAVA" "-Dlog.file=$LOG/tools.log" "-Dlog4j.configurationFile=$CONF/log4j-cli.properties" \
        -cp "$FLINK_HOME_DIR/lib/*" org.apache.flink.runtime.util.bash.BashJavaUtils \
        "$resources" --configDir "$CONF" 2>"$LOG/$log_name.out" \
        | sed -n 's/^BASH_JAVA_UTILS_EXEC_RESULT://p') || answer=
    if [ -z "$answer" ]; then
        tail -n 30 "$LOG/$log_name.out" "$LOG/tools.log" >&2 || true
        die "$name: Flink cannot divide its memory with $CONF/config.yaml"
    fi
    local jvm_flags dynamic
    read -r -a jvm_flags <<<"$(printf '%s\n' "$answer" | sed -n 1p)"
    read -r -a dynamic <<<"$(printf '%s\n' "$answer" | sed -n 2p)"
    split_options "${FLINK_JVM_OPTS:-}"
    rm -f "$RUN/$name.pid"
    nohup "$JAVA" "${jvm_flags[@]}" -XX:+UseG1GC "@$FLINK_HOME_DIR/jvm.args" \
        "${log_flags[@]}" "-Djava.io.tmpdir=$DIR/tmp" \
        "-Dredissync.cluster.process=$DIR#$name" ${JAVA_OPTIONS[@]+"${JAVA_OPTIONS[@]}"} \
        -cp "$FLINK_HOME_DIR/lib/*" "$main" --configDir "$CONF" "$@" "${dynamic[@]}" \
        </dev/null >"$LOG/$log_name.out" 2>&1 &
    local pid=$! rounds=50
    printf '%s\n' "$pid" >"$RUN/$name.pid"
    # The shell that becomes the JVM carries our mark only after its exec.
    until pid_of "$name" >/dev/null; do
        if [ $rounds -eq 0 ] || ! kill -0 "$pid" 2>/dev/null; then
            fail_start "$name" "ended at once"
        fi
        rounds=$((rounds - 1))
        sleep 0.1
    done
}

launch_jm() {
    launch jm org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint \
        GET_JM_RESOURCE_PARAMS --executionMode cluster
}

# launch_tm I: its resource id is new every time, as a new host's would be, so that the JobManager
# has to find out by itself that a killed one is gone.
launch_tm() {
    printf 'tm-%s-%s\n' "$1" "$$" >"$RUN/tm-$1.id"
    launch "tm-$1" org.apache.flink.runtime.taskexecutor.TaskManagerRunner \
        GET_TM_RESOURCE_PARAMS "-Dtaskmanager.resource-id=tm-$1-$$"
}

# fail_start NAME REASON: shows why, ends the script.
fail_start() {
    local log=jobmanager
    if [ "$1" != jm ]; then
        log=taskmanager-${1#tm-}
    fi
    tail -n 40 "$LOG/$log.log" "$LOG/$log.out" >&2 2>/dev/null || true
    die "$1: $2; logs: $LOG"
}

# --- REST --------------------------------------------------------------------------------------

# rest_get PATH: prints the body of a 200, fails otherwise. Bash itself, for want of curl.
rest_get() (
    { exec 3<>"/dev/tcp/127.0.0.1/$(conf_value rest.port)"; } 2>/dev/null || exit 1
    printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$1" >&3 2>/dev/null || exit 1
    IFS= read -r -t 5 -u 3 line || exit 1
    case $line in
        *' 200 '*) ;;
        *) exit 1 ;;
    esac
    while IFS= read -r -t 5 -u 3 line && [ "$line" != $'\r' ]; do :; done
    body=
    IFS= read -r -d '' -t 5 -u 3 body || true
    printf '%s\n' "$body"
)

is_registered() {
    case $(rest_get /taskmanagers || true) in
        *"\"$(cat "$RUN/tm-$1.id")\""*) return 0 ;;
        *) return 1 ;;
    esac
}

# wait_for NAME WHAT COMMAND…: until COMMAND succeeds, the process NAME dies, or the time is over.
wait_for() {
    local name=$1 what=$2 end=$((SECONDS + READY_SECONDS))
    shift 2
    until "$@" >/dev/null; do
        pid_of "$name" >/dev/null || fail_start "$name" "ended before $what"
        pid_of jm >/dev/null || fail_start jm "is not running"
        [ $SECONDS -lt $end ] || fail_start "$name" "not ready after $READY_SECONDS s: no sign of $what"
        sleep 0.2
    done
}

# --- commands ----------------------------------------------------------------------------------

require_running() {
    pid_of jm >/dev/null || die "no cluster runs in $DIR (start one: scripts/flink-cluster.sh start)"
}

# What a start that fails leaves behind would be in the way of the next one.
stop_after_failure() {
    local status=$?
    if [ $status -ne 0 ]; then
        stop_all >/dev/null
    fi
    exit $status
}

start() {
    local count=1 i name
    case ${1:-} in
        '' | -D*) ;;
        *[!0-9]*) usage ;;
        *)
            count=$1
            shift
            ;;
    esac
    for i in "$@"; do
        case $i in
            -D?*=*) ;;
            *) usage ;;
        esac
    done
    find_java
    build_when_needed "$ROOT/src/main"
    for name in $(all_names); do
        if pid_of "$name" >/dev/null; then
            die "$name runs already in $DIR (pid $(pid_of "$name")); stop it: scripts/flink-cluster.sh stop"
        fi
        rm -f "$RUN/$name.pid" "$RUN/$name.id"
    done
    write_conf "$@"
    trap stop_after_failure EXIT
    launch_jm
    for ((i = 1; i <= count; i++)); do
        launch_tm "$i"
    done
    wait_for jm "an answer on REST port $(conf_value rest.port)" rest_get /overview
    for ((i = 1; i <= count; i++)); do
        wait_for "tm-$i" "its registration" is_registered "$i"
    done
    trap - EXIT
    printf 'Flink runs with %s TaskManager(s). Web UI: http://localhost:%s\n' "$count" "$(conf_value rest.port)"
}

start_tm() {
    local i=1
    require_running
    find_java
    while pid_of "tm-$i" >/dev/null; do
        i=$((i + 1))
    done
    launch_tm "$i"
    wait_for "tm-$i" "its registration" is_registered "$i"
    printf '%s\n' "$i"
}

kill_tm() {
    local pid
    pid=$(pid_of "tm-$1") || die "TaskManager $1 does not run in $DIR (running:$(running_tms))"
    kill -9 "$pid"
    wait_gone "tm-$1" 10 || die "TaskManager $1 (pid $pid) is still there 10 s after kill -9"
    rm -f "$RUN/tm-$1.pid" "$RUN/tm-$1.id"
}

kill_jm() {
    local pid
    pid=$(pid_of jm) || die "no JobManager runs in $DIR"
    kill -9 "$pid"
    wait_gone jm 10 || die "the JobManager (pid $pid) is still there 10 s after kill -9"
    rm -f "$RUN/jm.pid"
}

start_jm() {
    local pid
    if pid=$(pid_of jm); then
        die "the JobManager runs already in $DIR (pid $pid)"
    fi
    [ -f "$CONF/config.yaml" ] || die "no cluster was started in $DIR"
    find_java
    launch_jm
    wait_for jm "an answer on REST port $(conf_value rest.port)" rest_get /overview
}

running_tms() {
    local i found=
    for i in $(tm_numbers); do
        if pid_of "tm-$i" >/dev/null; then
            found="$found $i"
        fi
    done
    printf '%s' "${found:- none}"
}

stop_all() {
    local name pid
    # TaskManagers first: without the JobManager they would only try to reach it.
    for name in $(all_names); do
        if pid=$(pid_of "$name"); then
            # CONT: a process that a test stopped must come to see the TERM.
            kill -TERM "$pid" 2>/dev/null || true
            kill -CONT "$pid" 2>/dev/null || true
        fi
    done
    for name in $(all_names); do
        if ! wait_gone "$name" 15; then
            note "$name did not end within 15 s: kill -9"
            pid=$(pid_of "$name") && kill -9 "$pid"
            wait_gone "$name" 10 || die "$name (pid $pid) is still there 10 s after kill -9"
        fi
        rm -f "$RUN/$name.pid" "$RUN/$name.id"
    done
    printf 'Flink is stopped.\n'
}

status() {
    local name pid overview
    for name in $(all_names); do
        if pid=$(pid_of "$name"); then
            printf '%-6s running, pid %s\n' "$name" "$pid"
        else
            printf '%-6s not running\n' "$name"
        fi
    done
    pid_of jm >/dev/null || exit 3
    overview=$(rest_get /overview) || die "the JobManager does not answer on REST port $(conf_value rest.port)"
    printf 'Web UI http://localhost:%s\n%s\n' "$(conf_value rest.port)" "$overview"
}

print_pid() {
    local name
    case ${1:-} in
        jm) name=jm ;;
        tm)
            [ $# -eq 2 ] || usage
            name=tm-$2
            ;;
        *) usage ;;
    esac
    pid_of "$name" || die "$name does not run in $DIR"
}

logs() {
    local file
    for file in "$LOG"/*.log "$LOG"/*.out; do
        [ -s "$file" ] || continue
        printf '==> %s <==\n' "$file"
        tail -n 40 "$file"
    done
}

[ $# -gt 0 ] || usage
command=$1
shift
resolve_dir
case $command in
    start) start "$@" ;;
    stop) stop_all ;;
    status) status ;;
    start-tm) start_tm ;;
    kill-tm)
        [ $# -eq 1 ] || usage
        kill_tm "$1"
        ;;
    kill-jm) kill_jm ;;
    start-jm) start_jm ;;
    pid) print_pid "$@" ;;
    logs) logs ;;
    *) usage ;;
esac

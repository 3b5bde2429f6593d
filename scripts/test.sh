#!/usr/bin/env bash
# Every check and every test: mvn -B verify. More arguments go to Maven.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# apt_get ARGUMENT…: as root on Debian and its like; fails elsewhere.
apt_get() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
    DEBIAN_FRONTEND=noninteractive apt-get -qq "$@" >/dev/null 2>&1
}

# Debian's word for "start no service": a redis-server on its default port is not ours to begin.
forbid_services() {
    [ -e /usr/sbin/policy-rc.d ] && return 0
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod +x /usr/sbin/policy-rc.d
}

# install PACKAGE…: the first of them that can be had. In a subshell: its trap ends with it.
install() (
    apt_get update || exit 1
    forbid_services || exit 1
    for package in "$@"; do
        if apt_get install -y --no-install-recommends "$package"; then
            exit 0
        fi
    done
    exit 1
)

if ! command -v redis-server >/dev/null && ! install redis-server; then
    note "note: no redis-server on the PATH and it cannot be installed: the tests run on the embedded 6.2 and 2.8 only"
fi
if command -v ldconfig >/dev/null && ! ldconfig -p | grep -q 'libssl\.so\.3' && ! install libssl3 libssl3t64; then
    note "note: no libssl.so.3, which the embedded Redis 6.2 is linked to: tests on it will fail"
fi

cd "$ROOT"
exec mvn -B "$@" verify

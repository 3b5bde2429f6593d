#!/usr/bin/env bash
# Every check and every test: mvn -B verify. More arguments go to Maven.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# apt_get ARGUMENT…: as root on Debian and its like; fails elsewhere.
apt_get() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
    # RUNLEVEL=1 keeps the package from starting a server on the default port.
    RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get -qq "$@" >/dev/null 2>&1
}

# install PACKAGE…: the first of them that can be had.
install() {
    local package
    apt_get update || return 1
    for package in "$@"; do
        if apt_get install -y --no-install-recommends "$package"; then
            return 0
        fi
    done
    return 1
}

if ! command -v redis-server >/dev/null && ! install redis-server; then
    note "note: no redis-server on the PATH and it cannot be installed: the tests run on the embedded 6.2 and 2.8 only"
fi
if command -v ldconfig >/dev/null && ! ldconfig -p | grep -q 'libssl\.so\.3' && ! install libssl3 libssl3t64; then
    note "note: no libssl.so.3, which the embedded Redis 6.2 is linked to: tests on it will fail"
fi

cd "$ROOT"
exec mvn -B "$@" verify

#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# Usage: scripts/install-dependencies.sh [--for run|test|check|bench|package]…
#
# Installs the Debian packages that polyport is built, tested or checked with, and that are not there yet. Needs
# root or sudo only when something is missing. Without --for: run.
#
#   run     compiler, CMake, libraries: what scripts/run.sh needs
#   test    run, and what scripts/test.sh needs
#   check   test, and what scripts/check.sh needs
#   bench   run, and what scripts/bench.sh needs
#   package run, and what scripts/package.sh needs

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

run=(
    cmake
    g++
    libboost-json1.81-dev
    libboost-program-options1.81-dev
    libboost1.81-dev
    libbrotli-dev
    libcrypt-dev
    libssl-dev
    libzstd-dev
    ninja-build
    pkg-config
    python3
    zlib1g-dev
)
test=(
    apache2-utils
    ccache
    cgit
    chromium
    curl
    fish
    git
    libboost-test1.81-dev
    mandoc
    ncat
    php-cgi
    prometheus
    python3-pytest
    zsh
)
check=(
    clang-format-19
    clang-tidy-19
    shellcheck
)
bench=(
    apache2-bin
    apache2-utils
    curl
    fcgiwrap
    gcc
    lighttpd
    nginx-light
    wrk
)
package=(
    curl
    debootstrap
    dpkg-dev
    file
    lintian
    systemd
)

wanted=()
add_group()
{
    case $1 in
    run) wanted+=("${run[@]}") ;;
    test) wanted+=("${run[@]}" "${test[@]}") ;;
    check) wanted+=("${run[@]}" "${test[@]}" "${check[@]}") ;;
    bench) wanted+=("${run[@]}" "${bench[@]}") ;;
    package) wanted+=("${run[@]}" "${package[@]}") ;;
    *)
        printf '%s: no group is called %q; there are run, test, check, bench and package\n' "${0##*/}" "$1" >&2
        exit 2
        ;;
    esac
}

groups=()
while [ $# -gt 0 ]; do
    case $1 in
    --for)
        add_group "${2-}"
        groups+=("$2")
        shift 2
        ;;
    --help | -h)
        help_of "$0"
        exit 0
        ;;
    *)
        printf '%s: unknown argument %q; see --help\n' "${0##*/}" "$1" >&2
        exit 2
        ;;
    esac
done
if [ ${#groups[@]} -eq 0 ]; then
    groups=(run)
    add_group run
fi

command -v dpkg-query >/dev/null ||
    fail "this system has no dpkg: install the equivalents of these Debian packages: ${wanted[*]}"

installed=$(dpkg-query --show --showformat='${db:Status-Status} ${Package}\n' 2>/dev/null |
    sed -n 's/^installed //p')
mapfile -t missing < <(printf '%s\n' "${wanted[@]}" | sort -u | grep -vxF -f <(printf '%s\n' "$installed"))
if [ ${#missing[@]} -eq 0 ]; then
    echo "Packages to ${groups[*]}: all there."
    exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null ||
        fail "packages are missing and there is no sudo; as root: apt-get install ${missing[*]}"
    as_root=(sudo)
fi

apt()
{
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 \
        -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 --quiet --yes "$@" </dev/null
}

say "Installing for ${groups[*]}: ${missing[*]}"
pauses=(5 15 30 60)
for try in 1 2 3 4 5; do
    # Without a list of packages, or with one too old to be of use, nothing can be installed.
    if [ "$try" -gt 1 ] || ! apt-get --simulate --quiet install "${missing[@]}" >/dev/null 2>&1; then
        apt update || true
    fi
    if apt install --no-install-recommends "${missing[@]}"; then
        exit 0
    fi
    if [ "$try" -lt 5 ]; then
        pause=${pauses[try - 1]}
        echo "Try $try of 5 failed; the next one is in $pause s." >&2
        sleep "$pause"
    fi
done
fail "these packages could not be installed: ${missing[*]}; is this Debian 12, and does 'apt-get update' work?"

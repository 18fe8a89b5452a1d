#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# Usage: scripts/install-dependencies.sh [--for run|test|check|bench|package]…
#
# Installs the Debian packages that polyport is built, tested or checked with, and that are not there yet. Needs
# root or sudo only when something is missing. Without --for: run. Services that come with the packages (prometheus,
# lighttpd, nginx …) are neither started nor enabled; those that were there before stay as they are.
#
#   run     compiler, CMake, libraries, and the tools that the demonstration names: what scripts/run.sh needs
#   test    run, and what scripts/test.sh needs
#   check   test, and what scripts/check.sh needs
#   bench   run, and what scripts/bench.sh needs
#   package run, and what scripts/package.sh needs

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

run=(
    cmake
    curl
    g++
    libboost-json1.81-dev
    libboost-program-options1.81-dev
    libboost1.81-dev
    libbrotli-dev
    libcrypt-dev
    libssl-dev
    libzstd-dev
    ncat
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
    clang
    fish
    git
    jq
    libboost-test1.81-dev
    libclang-rt-14-dev
    mandoc
    php-cgi
    prometheus
    python3-pytest
    zsh
)
check=(
    clang-format-19
    clang-tidy-19
    mypy
    shellcheck
)
bench=(
    apache2-bin
    apache2-utils
    fcgiwrap
    gcc
    lighttpd
    nginx-light
    wrk
)
package=(
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

# Where the system is: as for dpkg's own tools, a variable says if it is not this one.
system=${DPKG_ROOT-}
policy=$system/usr/sbin/policy-rc.d
set_aside=$policy.polyport-saved

# Names of all services that are there, without .service and the like.
services()
{
    (
        shopt -s nullglob
        for file in "$system"/{etc,lib,usr/lib}/systemd/system/*.* "$system"/etc/init.d/*; do
            file=${file##*/}
            echo "${file%.*}"
        done
    ) | sort -u
}

# The links that start a service with the machine. Those of systemd itself are no services of this kind.
starts()
{
    find "$system"/etc/systemd/system/*.wants/ "$system"/etc/rc[2-5].d/ -type l \
        \( -name '*.service' -o -name '*.socket' -o -name '*.timer' -o -name 'S[0-9]*' \) \
        ! -name 'systemd-*' ! -name 'getty@*' 2>/dev/null | sort
}

# Whoever installs a service asks policy-rc.d whether it may be started (invoke-rc.d(8)): not one that was not there
# before. What happens to the others is for the machine's own policy to say, if it has one.
forbid_new_services()
{
    [ ! -e "$policy" ] || "${as_root[@]}" mv -- "$policy" "$set_aside"
    "${as_root[@]}" install -m 755 /dev/stdin "$policy" <<POLICY
#!/bin/sh
$mark
for name; do case \$name in --*) ;; *) break ;; esac done
name=\${name%.*}
grep -qxF -e "\$name" -e "\${name%%@*}@" <<KNOWN || exit 101
$(services)
KNOWN
[ ! -x "$set_aside" ] || exec "$set_aside" "\$@"
POLICY
}
mark='# While packages for polyport are installed: the services that come with them are not started.'

restore_policy()
{
    ! grep -qxF -- "$mark" "$policy" 2>/dev/null || "${as_root[@]}" rm -f -- "$policy"
    [ ! -e "$set_aside" ] || "${as_root[@]}" mv -f -- "$set_aside" "$policy"
}

disable_new_services()
{
    local link name
    local -A names=()
    while IFS= read -r link; do
        name=${link##*/}
        case $link in
        */rc?.d/*)
            name=${name#S[0-9][0-9]}
            # For all run levels at once.
            [ -n "${names[$name]-}" ] || "${as_root[@]}" env "DPKG_ROOT=$system" update-rc.d "$name" disable
            ;;
        *) "${as_root[@]}" rm -f -- "$link" ;;
        esac
        names[$name]=new
    done < <(starts | grep -vxF -f <(printf '%s\n' "$started_with_the_machine"))
    [ ${#names[@]} -gt 0 ] || return 0
    echo "Neither started nor enabled: ${!names[*]}"
    [ ! -d "$system/run/systemd/system" ] || "${as_root[@]}" systemctl daemon-reload
}

leave_services_as_they_were()
{
    restore_policy
    disable_new_services
}

install_missing()
{
    local try pause pauses=(5 15 30 60)
    for try in 1 2 3 4 5; do
        # Without a list of packages, or with one too old to be of use, nothing can be installed.
        if [ "$try" -gt 1 ] || ! apt-get --simulate --quiet install "${missing[@]}" >/dev/null 2>&1; then
            apt update || true
        fi
        if apt install --no-install-recommends "${missing[@]}"; then
            return 0
        fi
        if [ "$try" -lt 5 ]; then
            pause=${pauses[try - 1]}
            echo "Try $try of 5 failed; the next one is in $pause s." >&2
            sleep "$pause"
        fi
    done
    return 1
}

say "Installing for ${groups[*]}: ${missing[*]}"
# One at a time: each takes away what it has put there.
exec {lock}<"$system/usr/sbin"
flock "$lock"
restore_policy # after a run that was killed
started_with_the_machine=$(starts)
trap leave_services_as_they_were EXIT
forbid_new_services
install_missing ||
    fail "these packages could not be installed: ${missing[*]}; is this Debian 12, and does 'apt-get update' work?"

# shellcheck shell=bash
# SPDX-License-Identifier: BSL-1.0
# What the scripts of this folder share. Sourced, not run.

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
# Compilers take about 1 GB each at their worst: more processors than that are no help.
jobs=$(nproc)

say() { printf '\n== %s\n' "$*"; }

fail()
{
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# The lines of a script's own head comment that its --help shows: from the third line to the first that is no comment.
help_of() { sed -n '3,${/^#/!q;s/^# \{0,1\}//;p}' "$1"; }

install_for() { "$root/scripts/install-dependencies.sh" --for "$1"; }

# Configures build/PRESET where that is not done yet; afterwards Ninja does it whenever a CMake file changes.
configure()
{
    local preset=$1 dir="$root/build/$1"
    if [ -e "$dir" ] && [ ! -w "$dir" ]; then
        fail "$dir belongs to $(stat -c %U "$dir"): remove it, or run this as that user"
    fi
    if [ ! -e "$dir/build.ninja" ] || [ "$root/CMakePresets.json" -nt "$dir/CMakeCache.txt" ]; then
        say "Configuring build/$preset"
        (cd -- "$root" && cmake --preset "$preset")
        touch -- "$dir/CMakeCache.txt"
    fi
}

# build PRESET [TARGET…]
build()
{
    local preset=$1
    shift
    configure "$preset"
    say "Building build/$preset"
    cmake --build "$root/build/$preset" --parallel "$jobs" ${1:+--target "$@"}
}

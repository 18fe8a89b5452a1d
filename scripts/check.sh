#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# Usage: scripts/check.sh [--all | --base COMMIT] [--only PART]…
#
# Checks the sources, and the optimised program that is built from them (installing what that needs): format, tree,
# shell, types, build, tidy. Ends with a status other than 0 if one of them finds something.
#
#   --base COMMIT   clang-tidy looks at what differs from COMMIT alone, and at what includes it; by default
#                   COMMIT is origin/main, where there is such a thing
#   --all           clang-tidy looks at every file
#   --only PART     this part alone: format (clang-format), tree (the rules of scripts/tree_rules.py), shell
#                   (shellcheck), types (mypy, of what is in Python), build (GCC, optimised, warnings are errors; then
#                   each header alone; with that program the unit tests, those of what is answered byte by byte, and a
#                   short round of the benchmark), tidy (clang-tidy)

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

base=origin/main
parts=()
while [ $# -gt 0 ]; do
    case $1 in
    --all) base= && shift ;;
    --base) base=${2:?--base needs a commit} && shift 2 ;;
    --only) parts+=("${2:?--only needs a part}") && shift 2 ;;
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
[ ${#parts[@]} -gt 0 ] || parts=(format tree shell types build tidy)

cd -- "$root"

# sources GLOB…: what git tracks, or would if it were added
sources() { git ls-files --cached --others --exclude-standard --deduplicate -- "$@" | while IFS= read -r file; do
    [ -e "$file" ] && printf '%s\n' "$file"
done; }

check_format()
{
    sources '*.cpp' '*.hpp' '*.c' '*.h' | xargs -r -d '\n' clang-format-19 --dry-run -Werror
}

check_tree()
{
    sources | python3 -B scripts/tree_rules.py
}

check_shell()
{
    sources | while IFS= read -r file; do
        # Programs without an extension too: what matters is the first line.
        if [ -f "$file" ] && head -c 64 -- "$file" | head -n 1 | tr -d '\0' | grep -qE '^#!.*\b(ba|da)?sh\b'; then
            printf '%s\n' "$file"
        fi
    done | xargs -r -d '\n' shellcheck --external-sources
}

check_types()
{
    # All but the CGI programs of the demo site.
    mkdir -p build
    sources 'scripts/*.py' 'tests/*.py' 'examples/*.py' |
        MYPYPATH=tests/python xargs -r -d '\n' mypy --strict --scripts-are-modules --cache-dir=build/mypy
}

# scripts/test.sh runs everything with sanitizers, which leave out what only an optimised program has: vectors of the
# processor at hand, code that is moved together, asserts that are gone.
check_build()
{
    build ci
    say "Compiling each header alone: build/ci"
    cmake --build build/ci --target polyport_headers --parallel "$jobs"
    say "Testing the optimised program: build/ci"
    ctest --test-dir build/ci --parallel "$jobs" --output-on-failure --no-tests=error \
        --tests-regex '^unit\.|^integration\.(uppercase_stream|udp|unix_datagram)$'
    say "Trying the benchmark: build/ci"
    scripts/bench.sh --bin "$root/build/ci/bin" --rounds 1 --seconds 0.1 stream udp start kit >/dev/null
}

check_tidy()
{
    build ci
    if [ -n "$base" ] && ! git rev-parse --quiet --verify "$base^{commit}" >/dev/null; then
        echo "There is no commit $base: looking at every file."
        base=
    fi
    scripts/tidy.py build/ci --jobs "$jobs" ${base:+--base "$base"}
}

install_for check
failed=()
for part in "${parts[@]}"; do
    declare -F "check_$part" >/dev/null || fail "no part is called '$part'; see --help"
    say "Checking: $part"
    started=$SECONDS
    # Not as a condition: there set -e would do nothing.
    set +e
    (
        set -e
        check_"$part"
    )
    status=$?
    set -e
    if [ "$status" -eq 0 ]; then
        echo "$part: nothing found, $((SECONDS - started)) s"
    else
        failed+=("$part")
        echo "$part: FAILED, $((SECONDS - started)) s"
    fi
done

if [ ${#failed[@]} -gt 0 ]; then
    say "Checks FAILED: ${failed[*]}"
    exit 1
fi
say "All checks passed: ${parts[*]}"

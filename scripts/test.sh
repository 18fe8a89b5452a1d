#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# Usage: scripts/test.sh [OPTION of ctest…]
#
# Builds polyport with AddressSanitizer and UndefinedBehaviorSanitizer (installing what that needs) and runs every
# test; ends with a status other than 0 if one fails. Examples of further arguments: -R unit, -L integration,
# --repeat until-fail:10

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

case ${1-} in
--help | -h)
    help_of "$0"
    exit 0
    ;;
esac

install_for test
build sanitize

say "Testing build/sanitize"
status=0
ctest --test-dir "$root/build/sanitize" --parallel "$jobs" --output-on-failure --no-tests=error "$@" || status=$?

say "Tests $([ "$status" -eq 0 ] && echo passed || echo FAILED) after $((SECONDS / 60)) min $((SECONDS % 60)) s in all"
exit "$status"

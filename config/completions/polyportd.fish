# SPDX-License-Identifier: BSL-1.0
# Completion of polyportd for fish: its options, asked of the program itself, and files.

complete -c polyportd -n 'string match -q -- "-*" (commandline -ct)' -f \
    -a "(polyportd --help 2>/dev/null | string match -rg -- '^  (--[a-z][a-z-]*)')"

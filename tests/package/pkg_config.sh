#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# Usage: pkg_config.sh DIR SOURCE PROGRAM COMPILER…
# Builds a program with nothing but what pkg-config says of the polyport of DIR, and runs it.
set -euo pipefail

export PKG_CONFIG_PATH=$1
source=$2 program=$3
shift 3

read -ra cflags <<<"$(pkg-config --cflags polyport)"
read -ra libs <<<"$(pkg-config --libs polyport)"
read -ra more <<<"${CXXFLAGS-}"
"$@" "${more[@]}" "${cflags[@]}" -c "$source" -o "$program.o"
"$@" "${more[@]}" "$program.o" "${libs[@]}" -o "$program"
test "$("$program" --version)" = "${program##*/} (polyport $(pkg-config --modversion polyport))"

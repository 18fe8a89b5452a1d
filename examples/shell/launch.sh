#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# Starts a daemon on a port that the kernel chooses, waits until it is ready, talks to it, and stops it.
# Usage: launch.sh [polyportd]
set -euo pipefail

daemon=${1:-polyportd}

# The daemon writes its launch report to descriptor 3, and closes it: reading to the end is all the waiting there is.
exec {report}< <(exec "$daemon" --tcp-uppercase 0 --log-level warning --ready-fd 3 3>&1 >&2)
pid=$!
trap 'kill "$pid" 2>/dev/null || true' EXIT
IFS= read -r -u "$report" ready || { echo "the daemon did not start" >&2; exit 1; }

port=$(python3 -c 'import json, sys; print(json.loads(sys.argv[1])["endpoints"][0]["port"])' "$ready")
echo "it listens on port $port"

exec {connection}<>"/dev/tcp/127.0.0.1/$port"
echo 'hello' >&"$connection"
IFS= read -r -u "$connection" answer
exec {connection}>&-
echo "$answer"
[ "$answer" = HELLO ]

kill "$pid"
wait "$pid"
echo "it has ended with status 0"

#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Ends by SIGTERM, its child only by SIGKILL.
(trap '' TERM; while :; do sleep 1; done) &
[ -n "$QUERY_STRING" ] && echo $! >"$QUERY_STRING"
printf 'Content-Type: text/plain\n\nbegun\n'
wait

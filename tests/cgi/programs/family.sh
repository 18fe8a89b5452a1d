#!/bin/sh
# Ends by SIGTERM, its child only by SIGKILL.
(trap '' TERM; while :; do sleep 1; done) &
[ -n "$QUERY_STRING" ] && echo $! >"$QUERY_STRING"
printf 'Content-Type: text/plain\n\nbegun\n'
wait

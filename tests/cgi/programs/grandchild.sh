#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Ends at once, and leaves a child that holds its output.
sleep 1000 &
[ -n "$QUERY_STRING" ] && echo $! >"$QUERY_STRING"
printf 'Content-Type: text/plain\n\ndone\n'

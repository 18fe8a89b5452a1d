#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Takes no notice of SIGTERM.
trap '' TERM
[ -n "$QUERY_STRING" ] && echo $$ >"$QUERY_STRING"
printf 'Content-Type: text/plain\n\nbegun\n'
while :; do sleep 1; done

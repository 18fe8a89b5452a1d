#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Server-sent events: one, then the next for each line of its input file.
printf 'Content-Type: text/event-stream\n\n'
printf 'data: first\n\n'
while read -r line; do
    printf 'data: %s\n\n' "$line"
done

#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Prints as many zeroes as the query says.
exec <&-
printf 'Content-Type: text/plain\n\nclosed\n'
[ -n "$QUERY_STRING" ] && head -c "$QUERY_STRING" /dev/zero
sleep 0.1
echo end

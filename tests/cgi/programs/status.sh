#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
printf 'Status: %s\nContent-Type: text/plain\n\n%s\n' "$QUERY_STRING" "$QUERY_STRING"

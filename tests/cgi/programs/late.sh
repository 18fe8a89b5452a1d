#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
sleep "${QUERY_STRING:-0.3}"
printf 'Content-Type: text/plain\n\nlate\n'

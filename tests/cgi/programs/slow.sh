#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
printf 'Content-Type: text/plain\n\nfirst\n'
sleep "${QUERY_STRING:-0.5}"
echo second

#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
i=0
while [ $i -lt 5000 ]; do echo "line $i"; i=$((i+1)); done >&2
printf 'Content-Type: text/plain\n\nok\n'

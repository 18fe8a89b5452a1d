#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Closes its output and goes on for a moment.
printf 'Content-Type: text/plain\n\ndone\n'
exec >&-
sleep 0.3
exit 7

#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
exec <&-
printf 'Content-Type: text/plain\n\nclosed\n'
sleep 0.1
echo end

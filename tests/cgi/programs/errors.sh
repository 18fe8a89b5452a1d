#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
printf 'one\ntwo \033[31mred\nthree without an end' >&2
printf 'Content-Type: text/plain\n\nok\n'

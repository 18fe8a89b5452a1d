#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
printf 'Content-Type: text/plain\nContent-Length: 5\n\nhello, and more\n'

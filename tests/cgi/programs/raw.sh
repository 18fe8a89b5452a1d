#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
printf 'HTTP/1.1 298 Seen\r\nConnection: close\r\n\r\nraw by its output\n'

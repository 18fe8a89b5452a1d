#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
printf 'Content-Type: text/plain\nContent-Length: 100\n\nshort\n'

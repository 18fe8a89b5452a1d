#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
printf 'Content-Type: text/plain\n\nhello\n'

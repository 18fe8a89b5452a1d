#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Uses up a processor.
while :; do :; done

#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# shellcheck disable=SC3045 # dash and bash have it
ulimit -c 0
kill -SEGV $$

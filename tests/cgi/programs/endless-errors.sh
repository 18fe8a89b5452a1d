#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Complains without end, and never answers.
while :; do echo "something is wrong"; done >&2

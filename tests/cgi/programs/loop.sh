#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
printf 'Location: %s\n\n' "$SCRIPT_NAME"

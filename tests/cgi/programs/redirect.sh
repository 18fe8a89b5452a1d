#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# To where the query says.
printf 'Location: %s\n\n' "$QUERY_STRING"

#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
exit 3

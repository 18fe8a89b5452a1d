#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
printf 'Status: 204 No Content\n\nnobody sees this'

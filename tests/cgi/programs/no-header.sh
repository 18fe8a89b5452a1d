#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
echo 'this is no header'
sleep 1000

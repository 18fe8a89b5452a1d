#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Dies when a part of its answer has gone out, as by the kernel when memory is short.
printf 'Content-Type: text/plain\n\npart\n'
sleep 0.2
kill -KILL $$

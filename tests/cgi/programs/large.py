#!/usr/bin/python3
# SPDX-License-Identifier: BSL-1.0
"""Has 64 MiB in memory, for as long as it takes to be looked at."""
import time

memory = b"x" * (64 << 20)
time.sleep(0.3)
print("Content-Type: text/plain\n\n" + str(len(memory)))

#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
import os
print("Content-Type: text/plain")
print()
print("hello from Python,", os.environ["REQUEST_METHOD"])

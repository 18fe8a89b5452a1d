#!/usr/bin/env python3
import os
print("Content-Type: text/plain")
print()
print("hello from Python,", os.environ["REQUEST_METHOD"])

#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Usage: refused.py SOURCE COMPILER OPTION…   Checks that the compiler refuses what SOURCE says, and nothing else."""

import collections
import re
import subprocess
import sys

source, *command = sys.argv[1:]
ran = subprocess.run(
    [*command, "-fsyntax-only", "-fdiagnostics-color=never", "-fmax-errors=0", source],
    stderr=subprocess.PIPE,
    text=True,
)
# What belongs to one error of the file: its own line, and the notes that follow.
errors: dict[int, str] = collections.defaultdict(str)
line = 0
for text in ran.stderr.splitlines():
    place = re.match(re.escape(source) + r":(\d+):\d+: +(error|note|  )", text)
    if place:
        line = int(place[1])
    errors[line] += text + "\n"

failed = 0
wanted = 0
for number, text in enumerate(open(source, encoding="utf-8"), 1):
    mark = re.search(r"// refused: (.*)", text)
    if mark:
        wanted += 1
        if mark[1] not in errors[number] or "error" not in ran.stderr:
            failed += 1
            print(f"{source}:{number}: no error with '{mark[1]}', but:\n{errors[number]}")
    elif re.search(re.escape(source) + f":{number}:\\d+: error", ran.stderr):
        failed += 1
        print(f"{source}:{number}: is refused, and should not be:\n{errors[number]}")
print(f"{wanted} mistakes, {failed} not refused as they should be")
sys.exit(failed > 0 or wanted == 0)

#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Does what docs/extending.md says, from top to bottom: writes its files, runs its commands, compares what they print.

Usage: tutorial.py DOCUMENT DIRECTORY BIN
BIN is the folder of the polyport command. A block ```cpp NAME or ```cmake NAME is a file; blocks without a name are for
reading. Of ```console blocks the lines with $ are run, one shell for each block, and the others are what they print;
what cmake prints is not compared."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

document, directory, binaries = sys.argv[1:4]
text = pathlib.Path(document).read_text(encoding="utf-8")
work = pathlib.Path(directory)
if work.exists():
    shutil.rmtree(work)
work.mkdir(parents=True)
environment = {**os.environ, "PATH": f"{binaries}:{os.environ['PATH']}"}

blocks = re.findall(r"^```(\w+)(?: ([\w.]+))?\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
files = commands = 0
for language, name, content in blocks:
    if name:
        (work / name).write_text(content, encoding="utf-8")
        files += 1
    elif language == "console":
        script = []
        expected = []
        for line in content.splitlines():
            if not line.startswith("$ "):
                expected.append(line)
                continue
            command = line[2:]
            commands += 1
            if command.startswith("cmake"):
                # Quiet, so that the output is what is shown; loud when it fails.
                command = f"({command}) >cmake.log 2>&1 || {{ cat cmake.log; exit 1; }}"
            if command.endswith("& sleep 1"):
                # Not a second for luck: until the socket is there.
                command = "rm -f message.sock; " + command.removesuffix("sleep 1")
                command += "while ! [ -S message.sock ]; do sleep 0.02; done"
            script.append(command)
        script.append("wait")
        began = time.monotonic()
        ran = subprocess.run(
            ["bash", "-c", "\n".join(script)],
            cwd=work,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
        )
        lines = [line for line in ran.stdout.splitlines() if not line.startswith("[1]")]
        print(f"-- {time.monotonic() - began:.1f} s: " + "; ".join(l for l in content.splitlines() if l.startswith("$ ")))
        if lines != expected:
            sys.exit("\n".join(["this block:", content, "printed:", *lines]))

print(f"{files} files and {commands} commands, all as shown")
if files < 6 or commands < 15:
    sys.exit("that is not all of the tutorial")

# What the page promises of its first program.
first = next(content for language, name, content in blocks if name == "message.cpp")
own = [line for line in first.splitlines() if line.strip()]
print(f"the first service has {len(own)} lines")
if len(own) > 15:
    sys.exit("that is more than 15")

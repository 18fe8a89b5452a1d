#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Does what docs/extending.md says, from top to bottom: writes its files, runs its commands, compares what they print.

Usage: tutorial.py DOCUMENT DIRECTORY PREFIX
PREFIX is where polyport is installed, in the text /usr/local. A block ```cpp NAME or ```cmake NAME is a file, and with
NAME+ more of it. A block ```cpp without a name is a piece of a handler, which is compiled within one. Of ```console blocks the lines with $ are run, one shell for each block, and the others are what they print;
what cmake prints is not compared."""

import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import time

document, directory, prefix = sys.argv[1:4]
text = pathlib.Path(document).read_text(encoding="utf-8")
work = pathlib.Path(directory)
if work.exists():
    shutil.rmtree(work)
work.mkdir(parents=True)
environment = {**os.environ, "PATH": f"{prefix}/bin:{os.environ['PATH']}"}

FRAGMENT = """#include <polyport/polyport.hpp>
#include <string>
using namespace polyport;
std::string look_up(std::string const& name);
task<> handler(stream client)
{{
    auto const line = co_await client.read_line();
    if (!line)
        co_return;
{}
    auto const failed = co_await client.write(found);
    if (failed)
        co_return;
}}
"""


def compiles(fragment: str) -> None:
    flags = subprocess.run(
        ["pkg-config", "--cflags", "polyport"],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    command = [*shlex.split(environment["CXX"] + " -std=gnu++20 " + environment.get("CXXFLAGS", "") + " " + flags)]
    subprocess.run([*command, "-fsyntax-only", "-x", "c++", "-"], input=FRAGMENT.format(fragment), text=True, check=True)



blocks = re.findall(r"^```(\w+)(?: ([\w.]+)(\+)?)?\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
files = fragments = commands = to_first_answer = 0
started = time.monotonic()
seconds_to_first_answer = 0.0
for language, name, more, content in blocks:
    if name:
        with open(work / name, "a" if more else "w", encoding="utf-8") as file:
            file.write(content)
        files += 1
    elif language == "cpp":
        compiles(content)
        fragments += 1
    elif language == "console":
        script = []
        expected = []
        for line in content.splitlines():
            if not line.startswith("$ "):
                expected.append(line)
                continue
            command = line[2:].replace("/usr/local", prefix)
            commands += 1 + command.count("&& cmake")
            if command.startswith("polyport send") and not to_first_answer:
                to_first_answer = commands
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
        if to_first_answer and not seconds_to_first_answer:
            seconds_to_first_answer = time.monotonic() - started

print(f"{files} files, {fragments} fragment and {commands} commands, all as shown")
if files < 9 or fragments < 1 or commands < 15:
    sys.exit("that is not all of the tutorial")

# What the page promises of its first program.
first = next(content for language, name, more, content in blocks if name == "message.cpp")
own = [line for line in first.splitlines() if line.strip()]
print(
    f"the first service has {len(own)} lines; from an empty folder to its answer there are {to_first_answer} commands"
    f" and {seconds_to_first_answer:.1f} s"
)
if len(own) > 15 or not 0 < to_first_answer <= 5 or seconds_to_first_answer > 120:
    sys.exit("that is more than 15 lines, 5 commands or 120 s")

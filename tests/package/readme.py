#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Does what the README says of installing polyport, and of a service of one's own.

Usage: readme.py README BUILD DIRECTORY
BUILD is a build of this tree, which stands in for build/release: configuring and building it anew would take minutes.
What is installed goes below DIRECTORY. The two snippets are a program message and the lines of its CMakeLists.txt that
are about polyport: it is built with what has been installed, started, and asked."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

readme, build, directory = (pathlib.Path(argument) for argument in sys.argv[1:4])
text = readme.read_text(encoding="utf-8")
if directory.exists():
    shutil.rmtree(directory)
directory.mkdir(parents=True)
prefix = directory / "prefix"


def run(*command: str, cwd: pathlib.Path | None = None) -> str:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=cwd)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: status {done.returncode}:\n{done.stdout}")
    return done.stdout


def section(title: str) -> str:
    found = re.search(rf"^## {title}\n(.*?)^## ", text, re.MULTILINE | re.DOTALL)
    assert found, title
    return str(found[1])


def block(language: str, of: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", of, re.MULTILINE | re.DOTALL)
    return str(found)


installing = [command for line in re.findall(r"^    (.*)", section("Installing it"), re.MULTILINE)
              for command in line.split(" && ")]
presets = run("cmake", "--list-presets", cwd=readme.parent)
for command in installing:
    if preset := re.fullmatch(r"cmake --preset (\S+)", command):
        assert f'"{preset[1]}"' in presets, command
    elif command.startswith(("sudo cmake --install", "cmake --build")):
        assert "build/release" in command, command
        command = command.removeprefix("sudo ").replace("build/release", str(build)).replace("/usr/local", str(prefix))
        if "--build" not in command:
            run("sh", "-c", command)
    else:
        assert command == "scripts/install-dependencies.sh", command
kinds = [re.sub(r"^sudo |(--\w+).*", r"\1", command) for command in installing]
assert kinds == ["scripts/install-dependencies.sh", "cmake --preset", "cmake --build", "cmake --install"], kinds
client, daemon = prefix / "bin/polyport", next(prefix.glob("*bin/polyportd"))
assert run(str(client), "--version") and run(str(daemon), "--version")

own = section("A service of your own")
(directory / "message.cpp").write_text(block("cpp", own), encoding="utf-8")
(directory / "CMakeLists.txt").write_text(
    "cmake_minimum_required(VERSION 3.25)\nproject(message CXX)\nadd_executable(message message.cpp)\n"
    + block("cmake", own),
    encoding="utf-8",
)
run("cmake", "-S", ".", "-B", "build", f"-DCMAKE_PREFIX_PATH={prefix}", cwd=directory)
run("cmake", "--build", "build", cwd=directory)

sys.dont_write_bytecode = True
sys.path.insert(0, str(prefix / "share/polyport/python"))
from polyport_daemon import Daemon  # noqa: E402 (it has just been installed)

with Daemon("--message", "0", program=str(directory / "build/message")) as started:
    with started.connect("message") as peer:
        for said in ("hello", "and again"):
            peer.sendall(said.encode())
            assert peer.recv(100) == b"server recv success"
            started.wait_for("message", text=said)
shutil.rmtree(prefix)  # large, and done with
print("installed, built, started and asked as the README says")

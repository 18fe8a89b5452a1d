#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Runs clang-tidy over the translation units of a build, without the precompiled header, several at a time.

A unit that passed is not looked at again until it changes, or a header of the project that it includes, or the
configuration, or clang-tidy itself: what has passed is remembered in ~/.cache/polyport-tidy for 30 days."""

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import time

TIDY = "clang-tidy-19"
ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "polyport-tidy"
KEPT_SECONDS = 30 * 24 * 3600
PRECOMPILED = re.compile(r" -Winvalid-pch| -include \S*/cmake_pch\.hxx")
COUNTS = re.compile(r"^(\d+ warnings? (and \d+ errors? )?generated\.|Suppressed .*|Use -header-filter.*)\n?", re.MULTILINE)


def output_of(*command: str, cwd: pathlib.Path = ROOT) -> str:
    return subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.PIPE, text=True).stdout


def compile_commands(build: pathlib.Path) -> dict[pathlib.Path, str]:
    """What compiles each unit of ours; written once more, without the precompiled header, for clang-tidy to read."""
    entries = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
    ours: dict[pathlib.Path, str] = {}
    for entry in entries:
        entry["command"] = PRECOMPILED.sub("", entry["command"])
        unit = pathlib.Path(entry["file"])
        if unit.is_relative_to(ROOT) and not unit.is_relative_to(ROOT / "build") and unit.suffix == ".cpp":
            ours.setdefault(unit, entry["command"])
    (build / "tidy").mkdir(exist_ok=True)
    (build / "tidy" / "compile_commands.json").write_text(json.dumps(entries), encoding="utf-8")
    return ours


def files_of_units(build: pathlib.Path) -> dict[pathlib.Path, set[pathlib.Path]]:
    """The files of the project that each unit was compiled from, itself among them: what Ninja knows of its object."""
    units: dict[pathlib.Path, set[pathlib.Path]] = {}
    names = []
    for line in [*output_of("ninja", "-C", str(build), "-t", "deps").splitlines(), ""]:
        if line.startswith("    "):
            names.append(pathlib.Path(os.path.normpath(build / line.strip())))
        elif not line and names:
            units.setdefault(names[0], set()).update(name for name in names if name.is_relative_to(ROOT))
            names = []
    return units


def changed_since(base: str) -> set[pathlib.Path]:
    fork = output_of("git", "merge-base", base, "HEAD").strip()
    names = output_of("git", "diff", "--name-only", "--diff-filter=d", fork)
    names += output_of("git", "ls-files", "--others", "--exclude-standard")
    return {ROOT / name for name in names.splitlines()}


def mark_of(unit: pathlib.Path, command: str, files: set[pathlib.Path], version: str) -> pathlib.Path:
    """The file that says, by being there, that this very unit has passed."""
    whole = hashlib.sha256(f"{version}\n{command}\n".replace(str(ROOT), ".").encode())
    settings = [folder / ".clang-tidy" for folder in unit.parents if (folder / ".clang-tidy").exists()]
    for file in sorted(files) + settings:
        whole.update(f"\n{file.relative_to(ROOT)}\n".encode() + file.read_bytes())
    return CACHE / whole.hexdigest()


def look_at(unit: pathlib.Path, build: pathlib.Path, mark: pathlib.Path) -> str | None:
    """What clang-tidy finds, or None."""
    command = [TIDY, "-p", str(build / "tidy"), "--quiet", str(unit)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode == 0:
        mark.touch()
        return None
    return COUNTS.sub("", done.stdout) or f"{unit}: {TIDY} ended with status {done.returncode}\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=pathlib.Path, help="a folder that CMake configured and Ninja built")
    parser.add_argument("--base", help="only what differs from this commit, and what includes it; by default, all")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    build = options.build.resolve()
    commands = compile_commands(build)
    files = files_of_units(build)
    units = sorted(commands)
    if options.base:
        changed = changed_since(options.base)
        units = [unit for unit in units if not changed.isdisjoint(files.get(unit, {unit}))]

    CACHE.mkdir(parents=True, exist_ok=True)
    for old in CACHE.iterdir():
        if old.stat().st_mtime < time.time() - KEPT_SECONDS:
            old.unlink(missing_ok=True)
    version = output_of(TIDY, "--version")
    marks = {unit: mark_of(unit, commands[unit], files.get(unit, {unit}), version) for unit in units}
    left = [unit for unit in units if not marks[unit].exists()]
    print(f"{len(units)} files, {len(units) - len(left)} of them unchanged since they passed", flush=True)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for found in pool.map(lambda unit: look_at(unit, build, marks[unit]), left):
            if found:
                failed += 1
                print(found, end="", flush=True)
    if failed:
        print(f"{failed} of {len(left)} files FAILED")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

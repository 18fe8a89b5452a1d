#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Runs clang-tidy over the translation units of a build, without the precompiled header, many in one run.

Nearly all of a run goes into the headers of other libraries, so units that are compiled alike are looked at as one
file that includes them all: forty cost little more than one. Units that cannot stand in one file, as two functions
have the same name there, are told apart by what the compiler says, and looked at in files of their own.

A unit that passed is not looked at again until it changes, or a header of the project that it includes, or the
configuration, or clang-tidy itself: what has passed is remembered in ~/.cache/polyport-tidy for 30 days."""

import argparse
import collections
import concurrent.futures
import dataclasses
import hashlib
import json
import math
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import time

TIDY = "clang-tidy-19"
ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "polyport-tidy"
KEPT_SECONDS = 30 * 24 * 3600
UNITS_A_RUN = 48
# What a command says of one unit alone: the unit, its object, and the precompiled header, which is GCC's.
OF_ONE_UNIT = re.compile(r" -Winvalid-pch| -include \S*/cmake_pch\.hxx| -fpch-preprocess| -o \S+| -c \S+")
FINDING = re.compile(r"^(/\S+?):\d+:\d+: (?:fatal )?(?:error|warning): ", re.MULTILINE)
COMPILER_ERROR = "[clang-diagnostic-error"
COUNTS = re.compile(r"^(\d+ warnings? (and \d+ errors? )?generated\.|Suppressed .*|Use -header-filter.*)\n?", re.MULTILINE)


def output_of(*command: str, cwd: pathlib.Path = ROOT) -> str:
    return subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.PIPE, text=True).stdout


def compile_commands(build: pathlib.Path) -> dict[pathlib.Path, str]:
    """How each unit of ours is compiled, but for its own name."""
    ours: dict[pathlib.Path, str] = {}
    for entry in json.loads((build / "compile_commands.json").read_text(encoding="utf-8")):
        unit = pathlib.Path(entry["file"])
        if unit.is_relative_to(ROOT) and not unit.is_relative_to(ROOT / "build") and unit.suffix == ".cpp":
            ours.setdefault(unit, OF_ONE_UNIT.sub("", entry["command"]))
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


def settings_of(unit: pathlib.Path) -> list[pathlib.Path]:
    """What configures clang-tidy for the unit, the nearest first."""
    return [folder / ".clang-tidy" for folder in unit.parents if (folder / ".clang-tidy").exists()]


def mark_of(unit: pathlib.Path, command: str, files: set[pathlib.Path], version: str) -> pathlib.Path:
    """The file that says, by being there, that this very unit has passed."""
    whole = hashlib.sha256(f"{version}\n{command}\n".replace(str(ROOT), ".").encode())
    for file in sorted(files) + settings_of(unit):
        whole.update(f"\n{file.relative_to(ROOT)}\n".encode() + file.read_bytes())
    return CACHE / whole.hexdigest()


@dataclasses.dataclass
class Run:
    """Units that are looked at together."""

    units: list[pathlib.Path]
    settings: pathlib.Path
    command: str


@dataclasses.dataclass
class Outcome:
    passed: list[pathlib.Path]
    findings: str = ""
    again: list[Run] = dataclasses.field(default_factory=list)


def runs_of(units: list[pathlib.Path], commands: dict[pathlib.Path, str]) -> list[Run]:
    alike = collections.defaultdict(list)
    for unit in units:
        alike[settings_of(unit)[0], commands[unit]].append(unit)
    runs = []
    for (settings, command), members in alike.items():
        count = math.ceil(len(members) / UNITS_A_RUN)
        runs += [Run(members[len(members) * i // count : len(members) * (i + 1) // count], settings, command)
                 for i in range(count)]
    return sorted(runs, key=lambda run: -len(run.units))


def look_at(run: Run, folder: pathlib.Path) -> Outcome:
    """Looks at all of them as one file; where that does not compile, or clang-tidy does not survive it, at parts."""
    with tempfile.NamedTemporaryFile("w", dir=folder, suffix=".cpp") as whole:
        whole.write("// NOLINTBEGIN(bugprone-suspicious-include)\n")
        whole.writelines(f'#include "{unit}"\n' for unit in run.units)
        whole.write("// NOLINTEND(bugprone-suspicious-include)\n")
        whole.flush()
        # Compilers tell of warnings: here a name of one unit shadows that of another.
        flags = [*shlex.split(run.command)[1:], "-w", "-ferror-limit=0"]
        command = [TIDY, "--quiet", f"--config-file={run.settings}", whole.name, "--", *flags]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode == 0:
        return Outcome(run.units)
    named = {pathlib.Path(name) for name in FINDING.findall(done.stdout)}
    if len(run.units) > 1 and (COMPILER_ERROR in done.stdout or not named):
        apart = [unit for unit in run.units if unit in named]
        if not apart or len(apart) == len(run.units):
            apart = run.units[::2]
        rest = [unit for unit in run.units if unit not in apart]
        return Outcome([], again=[dataclasses.replace(run, units=part) for part in (apart, rest)])
    # What is found in a header is found in some unit: which one is not known.
    named_units = bool(named) and named.issubset(run.units)
    passed = [unit for unit in run.units if unit not in named] if named_units else []
    failed = f"{run.units[0]}: {TIDY} ended with status {done.returncode}\n"
    return Outcome(passed, COUNTS.sub("", done.stdout) or failed)


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
    folder = build / "tidy"
    folder.mkdir(exist_ok=True)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        pending = {pool.submit(look_at, run, folder) for run in runs_of(left, commands)}
        while pending:
            done, pending = concurrent.futures.wait(pending, return_when=concurrent.futures.FIRST_COMPLETED)
            for outcome in (future.result() for future in done):
                pending |= {pool.submit(look_at, run, folder) for run in outcome.again}
                for unit in outcome.passed:
                    marks[unit].touch()
                failed += bool(outcome.findings)
                print(outcome.findings, end="", flush=True)
    if failed:
        print("clang-tidy FAILED")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

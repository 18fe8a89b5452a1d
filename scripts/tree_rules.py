#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Checks the rules of this tree that no compiler knows. Reads the names of the files, one a line, from standard
input; prints one line for each finding, and ends with status 1 if there is one."""

import pathlib
import re
import sys
from collections.abc import Iterator

CODE = {".cpp", ".hpp", ".c", ".h"}
LONG_FILE = 300
LAYERS = {  # what the files of a folder must not include
    "common": ("services/", "client/", "tests/"),
    "services": ("client/", "tests/"),
    "client": ("services/", "tests/"),
}

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')
DETACHED = re.compile(r"\basio::detached\b|<boost/asio/detached\.hpp>")
# The introducer of a lambda that captures: not an index, not an attribute, not [].
CAPTURE = re.compile(r"(?<![\w\])\[])\s*\[(?![\[\]])[^\[\];]*\]\s*(?:\(|\{|<|mutable\b|->)")
# GCC 12 corrupts the frame of a coroutine that awaits within a condition or behind a short circuit.
SUITE = re.compile(r"^BOOST_(?:AUTO|FIXTURE)_TEST_SUITE\((\w+)", re.MULTILINE)
CONDITION = re.compile(r"\b(?:if|while)\s*\(")
AWAIT_BEHIND_OPERATOR = re.compile(r"(?:&&|\|\||\?)\s*!?\s*\(*\s*co_await\b")
COMMENT_OR_TEXT = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.DOTALL)


def without_comments(text: str) -> str:
    """The text with its comments and the contents of its literals blanked; positions and lines stay."""
    return COMMENT_OR_TEXT.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)


def statements_with_await(code: str) -> Iterator[tuple[int, str]]:
    """(position, text) of each full expression with a co_await, up to its semicolon or the body that follows."""
    for found in re.finditer(r"\bco_await\b", code):
        start = max(code.rfind(mark, 0, found.start()) for mark in ";{}") + 1
        depth = 0
        for end in range(found.start(), len(code)):
            depth += {"(": 1, "{": 1, ")": -1, "}": -1}.get(code[end], 0)
            if depth < 0 or (code[end] == ";" and depth == 0):
                break
        yield start, code[start:end]


def closing_parenthesis(code: str, start: int) -> int:
    """Where the parenthesis closes that was opened just before start."""
    depth = 1
    for end in range(start, len(code)):
        depth += {"(": 1, ")": -1}.get(code[end], 0)
        if depth == 0:
            return end
    return len(code)


def line_of(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def findings(name: str, text: str) -> Iterator[tuple[int, str]]:
    path = pathlib.PurePosixPath(name)
    layer = path.parts[0]
    script = text.startswith("#!")
    # The demonstration's site is for copying from, not a part of the programs.
    if not path.is_relative_to("config/www") and (
        path.suffix in CODE | {".py", ".cmake", ".sh"} or path.name == "CMakeLists.txt" or script
    ):
        if not any("SPDX-License-Identifier: BSL-1.0" in line for line in text.splitlines()[:3]):
            yield 1, "the first lines lack 'SPDX-License-Identifier: BSL-1.0'"
    if path.suffix == ".py" or (script and "python" in text.split("\n", 1)[0]):
        try:
            compile(text, name, "exec")
        except SyntaxError as problem:
            yield problem.lineno or 1, problem.msg
    if path.suffix not in CODE:
        return

    for number, line in enumerate(text.splitlines(), 1):
        included = INCLUDE.match(line)
        if included and layer in LAYERS and included[1].startswith(LAYERS[layer]):
            yield number, f"{layer}/ must not include {included[1]}"
    if path.suffix == ".hpp" and "#pragma once" not in text:
        yield 1, "a header without '#pragma once'"

    # CMake makes a test of each file by its name: another suite than that one would never run.
    suite = path.stem.removesuffix("_test")
    if path.parts[:2] in {("tests", "unit"), ("tests", "integration")} and path.stem != suite:
        if suite not in SUITE.findall(text):
            yield 1, f"a file of tests without BOOST_AUTO_TEST_SUITE({suite})"

    code = without_comments(text)
    for found in DETACHED.finditer(code):
        yield line_of(code, found.start()), "a detached task: spawn it where shutdown can wait for it"
    for start, statement in statements_with_await(code):
        lambda_ = CAPTURE.search(statement)
        if lambda_:
            position = start + lambda_.start() + len(lambda_[0]) - len(lambda_[0].lstrip())
            yield line_of(code, position), "a capturing lambda beside co_await: give it a name (GCC 12)"
    for found in CONDITION.finditer(code):
        if "co_await" in code[found.end() : closing_parenthesis(code, found.end())]:
            yield line_of(code, found.start()), "co_await inside a condition: give its result a name (GCC 12)"
    for found in AWAIT_BEHIND_OPERATOR.finditer(code):
        yield line_of(code, found.start()), "co_await behind &&, || or ?: give its result a name (GCC 12)"


def main() -> int:
    failed = False
    for name in sys.stdin.read().splitlines():
        try:
            text = pathlib.Path(name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture, or a seed of a fuzz target
        for line, what in sorted(set(findings(name, text))):
            failed = True
            print(f"{name}:{line}: {what}")
        length = text.count("\n")
        if pathlib.PurePosixPath(name).suffix in CODE and length > LONG_FILE:
            print(f"{name}: {length} lines (for information: one concept a file is about {LONG_FILE} at most)")
    return failed


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: BSL-1.0
"""Usage: bench_access.py BIN [--rounds N] [--seconds S]

Measures what access rules and passwords cost polyportd, against itself without them, and what a spray of sources
takes of its memory, and prints Markdown tables. The servers run on processor 0, the load on processor 1. They take
turns; a ratio compares neighbours in time, and what is printed is the median of the rounds.
"""

import argparse
import base64
import json
import os
import pathlib
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from bench_http import Load, processor_time

RULES = 10_000
SOURCES = 100_000
PASSWORD = "correct horse battery staple"
LOGINS = 1000  # a second


@dataclass
class Daemon:
    process: subprocess.Popen[bytes]
    ports: dict[str, int]


class Paced:
    """A client on processor 1 that asks LOGINS times a second, ten at a time, as long as the block takes."""

    def __init__(self, port: int, path: str, *fields: str) -> None:
        lines = [f"GET {path} HTTP/1.1", "Host: localhost", *fields]
        self.batch = 10 * ("\r\n".join(lines) + "\r\n\r\n").encode()
        self.connection = socket.create_connection(("127.0.0.1", port))
        self.over = threading.Event()
        self.answered = 0
        self.thread = threading.Thread(target=self.run)

    def run(self) -> None:
        os.sched_setaffinity(threading.get_native_id(), {1})
        due = time.monotonic()
        while not self.over.is_set():
            self.connection.sendall(self.batch)
            got = b""
            while got.count(b"HTTP/1.1 200") < 10 or not got.endswith(bytes(612)):
                piece = self.connection.recv(65536)
                if not piece or b"HTTP/1.1 4" in piece or b"HTTP/1.1 5" in piece:
                    return  # counted too few
                got += piece
            self.answered += 10
            due += 10 / LOGINS
            self.over.wait(max(0.0, due - time.monotonic()))

    def __enter__(self) -> "Paced":
        self.began = time.monotonic()
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()
        self.connection.close()
        rate = self.answered / (time.monotonic() - self.began)
        if rate < 0.95 * LOGINS:
            sys.exit(f"bench_access.py: {rate:.0f} requests a second were answered of {LOGINS} that should have been")


class Bench:
    def __init__(self, programs: pathlib.Path, rounds: int, seconds: float, folder: pathlib.Path) -> None:
        self.programs = programs
        self.rounds = rounds
        self.seconds = seconds
        self.folder = folder
        self.daemons: list[Daemon] = []
        (folder / "www" / "private").mkdir(parents=True)
        (folder / "www" / "612").write_bytes(bytes(612))
        (folder / "www" / "private" / "612").write_bytes(bytes(612))

    def start(self, *lines: str) -> Daemon:
        """A daemon with all services; `lines` are added to its configuration."""
        name = f"daemon{len(self.daemons)}"
        config = self.folder / f"{name}.conf"
        ready = self.folder / f"{name}.ready"
        config.write_text(
            f"tcp-uppercase = 0\nudp-uppercase = 0\nhttp = 0\nhttp-root = {self.folder}/www\n"
            f"http-max-requests = 0\nlog-level = error\nready-file = {ready}\n" + "".join(f"{line}\n" for line in lines)
        )
        log = (self.folder / f"{name}.err").open("wb")
        command = ["taskset", "-c", "0", f"{self.programs}/polyportd", "--config", f"{config}"]
        process = subprocess.Popen(command, stdout=log, stderr=log)
        for _ in range(1000):
            if ready.exists():
                report = json.loads(ready.read_text())
                ports = {one["service"]: one["port"] for one in report["endpoints"]}
                self.daemons.append(Daemon(process, ports))
                return self.daemons[-1]
            if process.poll() is not None:
                break
            time.sleep(0.01)
        sys.exit(f"bench_access.py: polyportd did not start: {(self.folder / f'{name}.err').read_text()}")

    def stop(self) -> None:
        for daemon in self.daemons:
            daemon.process.terminate()
        for daemon in self.daemons:
            daemon.process.wait()

    def connections(self, daemon: Daemon) -> Load:
        before = processor_time(daemon.process.pid)
        command = ["taskset", "-c", "1", f"{self.programs}/connect_load", str(daemon.ports["tcp-uppercase"]), "64"]
        done = subprocess.run([*command, str(self.seconds)], capture_output=True, text=True, check=True)
        rate, count = done.stdout.split()
        return Load(float(rate), (processor_time(daemon.process.pid) - before) / int(count))

    def requests(self, daemon: Daemon, path: str, *fields: str) -> Load:
        headers = [part for field in fields for part in ("-H", field)]
        address = f"http://127.0.0.1:{daemon.ports['http']}{path}"
        before = processor_time(daemon.process.pid)
        command = ["taskset", "-c", "1", "wrk", "-t1", "-c64", f"-d{self.seconds}s", *headers, address]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        used = processor_time(daemon.process.pid) - before
        counted = re.search(r"(\d+) requests in ([\d.]+)(ms|s|m)", done.stdout)
        if not counted or int(counted[1]) == 0 or "Non-2xx" in done.stdout:
            sys.exit(f"bench_access.py: {command}:\n{done.stdout}{done.stderr}")
        duration = float(counted[2]) * {"ms": 0.001, "s": 1, "m": 60}[counted[3]]
        return Load(int(counted[1]) / duration, used / int(counted[1]))

    def requests_beside(self, daemon: Daemon, path: str, *fields: str) -> Load:
        """Anonymous requests beside a client that asks for `path` at a steady rate."""
        with Paced(daemon.ports["http"], path, *fields):
            return self.requests(daemon, "/612")

    def pair(self, what: str, aim: str, one: Callable[[], Load], other: Callable[[], Load]) -> None:
        results: tuple[list[Load], list[Load]] = ([], [])
        for turn in range(self.rounds):
            for which in (0, 1) if turn % 2 == 0 else (1, 0):
                results[which].append((one, other)[which]())
        first, second = results
        rate = statistics.median(b.rate / a.rate for a, b in zip(first, second))
        cost = statistics.median(b.cost / a.cost for a, b in zip(first, second))
        cells = [
            what,
            f"{statistics.median(x.rate for x in first):.0f}",
            f"{statistics.median(x.rate for x in second):.0f}",
            f"**{rate:.3f}**",
            f"{cost:.3f}",
            aim,
        ]
        print("| " + " | ".join(cells) + " |", flush=True)


def ranges(count: int) -> list[str]:
    """So many different networks of several sizes, none of which has a loopback address."""
    numbers = random.Random(1)
    made: set[str] = set()
    while len(made) < count:
        bits = numbers.choice((16, 20, 24, 24, 24, 28, 32))
        first = numbers.randrange(1 << 32) >> (32 - bits) << (32 - bits)
        if first >> 24 != 127:
            made.add(".".join(str(first >> shift & 255) for shift in (24, 16, 8, 0)) + f"/{bits}")
    return sorted(made, key=lambda _: numbers.random())


def private_memory(pid: int) -> int:
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(found) for found in re.findall(r"Anonymous: +(\d+) kB", text)) * 1024


def spray(port: int, begin: int, count: int) -> None:
    """One datagram from each of so many addresses of this machine, none of which is lost."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as pace:
        pace.connect(("127.0.0.1", port))
        for i in range(begin, begin + count):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                sender.bind((f"127.{1 + (i >> 16)}.{i >> 8 & 255}.{i & 255}", 0))
                sender.sendto(b"x", ("127.0.0.1", port))
            if i % 100 == 0:
                pace.send(b"x")
                pace.recv(16)


def run(bench: Bench) -> None:
    print("\n### Access: polyportd with rules and passwords, against itself without\n")
    print("| work | without, /s | with, /s | ratio | processor time, ratio | aim |")
    print("|---|---:|---:|---:|---:|---:|")
    plain = bench.start()
    ruled = bench.start(*(f"access = deny all {one}" for one in ranges(RULES)))
    placed = bench.start(*(f"access = deny http /private/ {one}" for one in ranges(RULES)))
    named = f"{RULES:,} rules"
    bench.pair(
        f"TCP connections, {named}", "0.98", lambda: bench.connections(plain), lambda: bench.connections(ruled)
    )
    bench.pair(
        f"HTTP requests, {named}", "0.99", lambda: bench.requests(plain, "/612"), lambda: bench.requests(ruled, "/612")
    )
    bench.pair(
        f"HTTP requests, {named} for a path",
        "0.99",
        lambda: bench.requests(plain, "/private/612"),
        lambda: bench.requests(placed, "/private/612"),
    )

    users = bench.folder / "users"
    made = subprocess.run(
        ["htpasswd", "-niB", "-C", "12", "alice"], input=PASSWORD, capture_output=True, text=True, check=True
    )
    users.write_text(made.stdout)
    users.chmod(0o600)
    private = bench.start(
        f"http-users = /private/={users}", "access = allow http /private/ user:*", "access = deny http /private/ all"
    )
    login = "Authorization: Basic " + base64.b64encode(f"alice:{PASSWORD}".encode()).decode()
    # The first one waits for the hash; from then on its outcome is known.
    first = f"http://127.0.0.1:{private.ports['http']}/private/612"
    subprocess.run(["curl", "-sfo", "/dev/null", "-H", login, first], check=True)
    bench.pair(
        f"HTTP requests beside {LOGINS:,} a second with a login, bcrypt of cost 12, and beside as many without",
        "0.95",
        lambda: bench.requests_beside(private, "/612"),
        lambda: bench.requests_beside(private, "/private/612", login),
    )
    bench.pair(
        "HTTP requests that all log in, bcrypt of cost 12",
        "",
        lambda: bench.requests(private, "/612"),
        lambda: bench.requests(private, "/private/612", login),
    )

    limited = bench.start("datagram-rate = 10/s", "limit-exempt = 127.0.0.1")
    spray(limited.ports["udp-uppercase"], 0, 1000)
    before = private_memory(limited.process.pid)
    spray(limited.ports["udp-uppercase"], 1000, SOURCES)
    taken = private_memory(limited.process.pid) - before
    print(f"\nDatagrams from {SOURCES:,} sources, with a limit for each: {taken / 1024:.0f} KiB more memory.")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n\n")[1])
    arguments.add_argument("programs", type=pathlib.Path)
    arguments.add_argument("--rounds", type=int, default=7)
    arguments.add_argument("--seconds", type=float, default=2)
    given = arguments.parse_args()
    for program in ("wrk", "taskset", "htpasswd"):
        if not shutil.which(program):
            sys.exit(f"bench_access.py: {program} is missing; scripts/install-dependencies.sh --for bench installs it")
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(given.programs, given.rounds, max(1, round(given.seconds)), pathlib.Path(name))
        try:
            run(bench)
        finally:
            bench.stop()


if __name__ == "__main__":
    main()

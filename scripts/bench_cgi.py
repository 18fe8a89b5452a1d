# SPDX-License-Identifier: BSL-1.0
"""Usage: bench_cgi.py BIN PROGRAMS [--rounds N] [--seconds S] [--runs N]

Measures the CGI of BIN/polyportd: with BIN/spawn_limit, which does nothing but start programs, with lighttpd's mod_cgi,
and with fcgiwrap behind nginx. PROGRAMS is the root that has the test programs in cgi-bin. Nothing is pinned: programs
run on every processor. The servers take turns; a ratio compares neighbours in time, and what is printed is the median
of the rounds. Prints Markdown tables.
"""

import argparse
import os
import pathlib
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

GIB = 1 << 30


@dataclass
class Server:
    name: str
    port: int
    process: subprocess.Popen[bytes]


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def lighttpd(folder: pathlib.Path, root: pathlib.Path, port: int) -> list[str]:
    (folder / "lighttpd.conf").write_text(f"""
        server.document-root = "{root}"
        server.bind = "127.0.0.1"
        server.port = {port}
        server.max-keep-alive-requests = 100000000
        server.stream-response-body = 2
        server.modules = ( "mod_cgi" )
        cgi.assign = ( "" => "" )""")
    return ["lighttpd", "-D", "-f", f"{folder}/lighttpd.conf"]


def nginx(folder: pathlib.Path, root: pathlib.Path, port: int) -> list[str]:
    (folder / "nginx.conf").write_text(f"""
        daemon off; worker_processes 2; pid {folder}/nginx.pid; error_log stderr crit;
        events {{ worker_connections 1000; }}
        http {{
            access_log off; keepalive_requests 100000000;
            client_body_temp_path {folder}/b; proxy_temp_path {folder}/p;
            fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
            upstream wrap {{ server unix:{folder}/fcgiwrap; }}
            server {{
                listen 127.0.0.1:{port}; root {root};
                location / {{
                    fastcgi_pass wrap; fastcgi_buffering off; include /etc/nginx/fastcgi_params;
                    fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
                }}
            }}
        }}""")
    return ["nginx", "-c", f"{folder}/nginx.conf", "-e", "stderr"]


def private_memory(pid: int) -> int:
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(found) for found in re.findall(r"Anonymous: +(\d+) kB", text)) * 1024


class Bench:
    def __init__(self, given: argparse.Namespace, folder: pathlib.Path) -> None:
        self.bin = pathlib.Path(given.bin)
        self.root = pathlib.Path(given.programs).resolve()
        self.rounds = given.rounds
        self.seconds = max(1, round(given.seconds))
        self.runs = given.runs
        self.folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []
        folder.chmod(0o755)

    def launch(self, name: str, arguments: list[str], environment: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
        log = (self.folder / f"{name}.err").open("wb")
        process = subprocess.Popen(arguments, stdout=log, stderr=log, env={**os.environ, **(environment or {})})
        self.processes.append(process)
        return process

    def start(self, name: str, arguments: list[str], port: int, environment: dict[str, str] | None = None) -> Server:
        process = self.launch(name, arguments, environment)
        for _ in range(1000):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/cgi-bin/page", timeout=5) as answer:
                    answer.read()
                return Server(name, port, process)
            except OSError:
                if process.poll() is not None:
                    break
                time.sleep(0.01)
        sys.exit(f"bench_cgi.py: {name} did not start: {(self.folder / f'{name}.err').read_text()}")

    def polyportd(self, environment: dict[str, str] | None = None) -> Server:
        port = free_port()
        command = [f"{self.bin}/polyportd", "--http", str(port), "--http-root", str(self.root), "--http-cgi", "/cgi-bin/"]
        command += ["--http-max-requests", "0", "--http-cgi-timeout", "10m", "--log-level", "error"]
        return self.start("polyportd", command, port, environment)

    def others(self) -> list[Server]:
        port = free_port()
        servers = [self.start("lighttpd", lighttpd(self.folder, self.root, port), port)]
        # As many as polyportd lets run at a time by default would be few; fcgiwrap's are processes that wait.
        self.launch("fcgiwrap", ["fcgiwrap", "-c", "16", "-s", f"unix:{self.folder}/fcgiwrap"])
        port = free_port()
        while not (self.folder / "fcgiwrap").exists():
            time.sleep(0.01)
        (self.folder / "fcgiwrap").chmod(0o777)
        servers.append(self.start("nginx", nginx(self.folder, self.root, port), port))
        return servers

    def stop(self) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait()
        self.processes.clear()

    def rate(self, server: Server, together: int, seconds: int | None = None) -> float:
        address = f"http://127.0.0.1:{server.port}/cgi-bin/page"
        command = ["wrk", "-t1", f"-c{together}", f"-d{seconds or self.seconds}s", address]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        counted = re.search(r"(\d+) requests in ([\d.]+)(ms|s|m)", done.stdout)
        if not counted or int(counted[1]) == 0 or "Non-2xx" in done.stdout:
            sys.exit(f"bench_cgi.py: {server.name}: {' '.join(command)}:\n{done.stdout}{done.stderr}")
        return int(counted[1]) / (float(counted[2]) * {"ms": 0.001, "s": 1, "m": 60}[counted[3]])

    def limit(self, together: int) -> float:
        command = [f"{self.bin}/spawn_limit", f"{self.root}/cgi-bin/page", str(together), str(self.seconds)]
        return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    def in_turn(self, works: Sequence[Callable[[], float]]) -> list[list[float]]:
        """For each of the works what it came to, round by round; every second round goes backwards."""
        results: list[list[float]] = [[] for _ in works]
        for turn in range(self.rounds):
            order = range(len(works)) if turn % 2 == 0 else reversed(range(len(works)))
            for which in order:
                results[which].append(works[which]())
        return results


def ratio(one: list[float], other: list[float]) -> float:
    return statistics.median(a / b for a, b in zip(one, other))


def processors_at_work() -> list[tuple[int, int]]:
    """Of each processor how long it has worked, and how long that and idled, in ticks since the machine's start."""
    found = re.findall(r"^cpu\d+ (.*)$", pathlib.Path("/proc/stat").read_text(), re.MULTILINE)
    times = [[int(text) for text in line.split()[:8]] for line in found]
    return [(sum(one) - one[3] - one[4], sum(one)) for one in times]


def compare_rates(bench: Bench) -> None:
    own = bench.polyportd()
    others = bench.others()
    in_use: list[list[float]] = []

    def own_rate(together: int) -> float:
        before = processors_at_work()
        rate = bench.rate(own, together)
        shares = [(b[0] - a[0]) / (b[1] - a[1]) for a, b in zip(before, processors_at_work())]
        in_use.append(shares)
        return rate

    print("\n### CGI: a small C program, on both processors\n")
    print("| at a time | polyportd, /s | to spawn_limit | to lighttpd's mod_cgi | to fcgiwrap behind nginx | processors in use |")
    print("|---:|---:|---:|---:|---:|---|")
    for together in (1, 16):
        in_use.clear()
        works = [partial(own_rate, together), partial(bench.limit, together)]
        works += [partial(bench.rate, server, together) for server in others]
        mine, *rest = bench.in_turn(works)
        cells = [str(together), f"{statistics.median(mine):.0f}", *(f"**{ratio(mine, one):.2f}**" for one in rest)]
        cells.append(", ".join(f"{statistics.median(shares):.0%}" for shares in zip(*in_use)))
        print(f"| {' | '.join(cells)} |", flush=True)
    bench.stop()


def compare_sizes(bench: Bench) -> None:
    small = bench.polyportd()
    large = bench.polyportd({"LD_PRELOAD": f"{bench.bin}/ballast.so", "BALLAST_GIB": "4"})
    without, with_it = bench.in_turn([partial(bench.rate, small, 1), partial(bench.rate, large, 1)])
    print(f"\nRate with 4 GiB of the daemon's memory in use, to that without: **{ratio(with_it, without):.2f}**.")
    bench.stop()


def watch_memory(bench: Bench) -> None:
    server = bench.polyportd()
    bench.rate(server, 16, 2)
    before = private_memory(server.process.pid)
    done = 0
    while done < bench.runs:
        done += int(bench.rate(server, 16, 10) * 10)
    after = private_memory(server.process.pid)
    print(f"\nPrivate memory after {done} runs more: {(after - before) / 1024:+.0f} KiB (of {before / 1024:.0f}).", flush=True)
    bench.stop()


def first_bytes(bench: Bench) -> None:
    server = bench.polyportd()
    delays: list[float] = []
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(b"GET /cgi-bin/ticks?500 HTTP/1.0\r\n\r\n")
        rest = b""
        while more := client.recv(65536):
            now = time.monotonic_ns()
            rest += more
            *lines, rest = rest.split(b"\n")
            delays += [(now - int(line[6:])) / 1000 for line in lines if line.startswith(b"data: ")]
    delays.sort()
    print(
        f"\nFrom the program's write of an event to its client's read, {len(delays)} events: median "
        f"**{statistics.median(delays):.0f} µs**, 99 in 100 within {delays[len(delays) * 99 // 100]:.0f} µs."
    )
    bench.stop()


def stream(server: Server) -> float:
    """Bytes a second of 1 GiB."""
    begin = time.monotonic()
    command = ["curl", "-sS", "-o", "/dev/null", "-w", "%{size_download}", f"http://127.0.0.1:{server.port}/cgi-bin/flood?{GIB}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    if int(done.stdout) != GIB:
        sys.exit(f"bench_cgi.py: {server.name} sent {done.stdout} bytes of {GIB}")
    return GIB / (time.monotonic() - begin)


def streams(bench: Bench) -> None:
    own = bench.polyportd()
    others = bench.others()
    idle = private_memory(own.process.pid)
    highest = idle
    stopped = threading.Event()

    def watch() -> None:
        nonlocal highest
        while not stopped.wait(0.02):
            highest = max(highest, private_memory(own.process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    mine, *rest = bench.in_turn([partial(stream, server) for server in [own, *others]])
    stopped.set()
    watcher.join()
    print("\n### CGI: 1 GiB through a program\n")
    print("| polyportd, MiB/s | to lighttpd's mod_cgi | to fcgiwrap behind nginx | memory above idle, KiB |")
    print("|---:|---:|---:|---:|")
    ratios = " | ".join(f"**{ratio(mine, one):.2f}**" for one in rest)
    print(f"| {statistics.median(mine) / (1 << 20):.0f} | {ratios} | {(highest - idle) / 1024:.0f} |", flush=True)
    bench.stop()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n\n")[1])
    arguments.add_argument("bin")
    arguments.add_argument("programs")
    arguments.add_argument("--rounds", type=int, default=7)
    arguments.add_argument("--seconds", type=float, default=2)
    arguments.add_argument("--runs", type=int, default=100_000)
    arguments.add_argument("--only", choices=["rates", "sizes", "memory", "events", "streams"])
    given = arguments.parse_args()
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    for program in ("nginx", "lighttpd", "fcgiwrap", "wrk", "curl"):
        if not shutil.which(program):
            sys.exit(f"bench_cgi.py: {program} is missing; scripts/install-dependencies.sh --for bench installs it")
    parts = {
        "rates": compare_rates,
        "sizes": compare_sizes,
        "events": first_bytes,
        "streams": streams,
        "memory": watch_memory,
    }
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(given, pathlib.Path(name))
        try:
            for part, run in parts.items():
                if given.only in (None, part):
                    run(bench)
        finally:
            bench.stop()


main()

# SPDX-License-Identifier: BSL-1.0
"""Usage: bench_http.py POLYPORTD [--rounds N] [--seconds S]

Compares polyportd with nginx, lighttpd and apache2 as Debian installs them, serving the same files, and prints
Markdown tables. The servers run on processor 0, wrk on processor 1. They take turns; a ratio compares neighbours in
time, and what is printed is the median of the rounds.
"""

import argparse
import os
import pathlib
import re
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

FILES = {"612": 612, "100k": 100 << 10, "1m": 1 << 20, "10m": 10 << 20}
MODULES = "/usr/lib/apache2/modules"


@dataclass
class Server:
    name: str
    port: int
    process: subprocess.Popen[bytes]


@dataclass
class Load:
    """What wrk did: requests a second, and nanoseconds of the server's processor for one."""

    rate: float
    cost: float


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def nginx(folder: pathlib.Path, port: int) -> list[str]:
    (folder / "nginx.conf").write_text(f"""
        daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log stderr crit; worker_rlimit_nofile 20000;
        events {{ worker_connections 10000; }}
        http {{
            access_log off; sendfile on; tcp_nopush on; types_hash_max_size 2048; keepalive_requests 100000000;
            include /etc/nginx/mime.types; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p;
            fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
            server {{ listen 127.0.0.1:{port} backlog=4096; root {folder}/www; }}
        }}""")
    return ["nginx", "-c", f"{folder}/nginx.conf", "-e", "stderr"]


def lighttpd(folder: pathlib.Path, port: int) -> list[str]:
    (folder / "lighttpd.conf").write_text(f"""
        server.document-root = "{folder}/www"
        server.bind = "127.0.0.1"
        server.port = {port}
        server.max-keep-alive-requests = 100000000
        server.max-fds = 20000
        server.max-connections = 10000
        server.listen-backlog = 4096
        server.modules = ()
        mimetype.assign = ( "" => "application/octet-stream" )""")
    return ["lighttpd", "-D", "-f", f"{folder}/lighttpd.conf"]


def apache2(folder: pathlib.Path, port: int) -> list[str]:
    loaded = "\n".join(
        f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in ("mpm_event", "authz_core", "dir", "mime")
    )
    (folder / "apache2.conf").write_text(f"""
        {loaded}
        ServerName localhost
        Listen 127.0.0.1:{port}
        ListenBackLog 4096
        PidFile {folder}/apache2.pid
        ErrorLog {folder}/apache2.log
        DocumentRoot {folder}/www
        TypesConfig /etc/mime.types
        StartServers 1
        ServerLimit 1
        ThreadLimit 128
        ThreadsPerChild 128
        MaxRequestWorkers 128
        MaxKeepAliveRequests 0
        User nobody
        Group nogroup""")
    return ["apache2", "-DFOREGROUND", "-f", f"{folder}/apache2.conf"]


def processor_time(pid: int) -> int:
    """Nanoseconds that the process, its threads and its children have run."""
    total = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        total += int((task / "schedstat").read_text().split()[0])
        for child in (task / "children").read_text().split():
            total += processor_time(int(child))
    return total


class Bench:
    def __init__(self, daemon: str, rounds: int, seconds: float, folder: pathlib.Path) -> None:
        self.daemon = daemon
        self.rounds = rounds
        self.seconds = seconds
        self.folder = folder
        self.servers: list[Server] = []
        (folder / "www").mkdir()
        for name, size in FILES.items():
            (folder / "www" / name).write_bytes(os.urandom(size))
        for path in (folder, folder / "www"):
            path.chmod(0o755)

    def start(self, name: str, arguments: Callable[[pathlib.Path, int], list[str]]) -> Server:
        port = free_port()
        log = (self.folder / f"{name}.err").open("wb")
        process = subprocess.Popen(["taskset", "-c", "0", *arguments(self.folder, port)], stderr=log, stdout=log)
        server = Server(name, port, process)
        self.servers.append(server)
        for _ in range(500):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/612", timeout=5) as answer:
                    assert len(answer.read()) == FILES["612"]
                return server
            except OSError:
                if process.poll() is not None:
                    break
                time.sleep(0.01)
        sys.exit(f"bench_http.py: {name} did not start: {(self.folder / f'{name}.err').read_text()}")

    def polyportd(self, *more: str, name: str = "polyportd") -> Server:
        def arguments(folder: pathlib.Path, port: int) -> list[str]:
            root = ["--http", str(port), "--http-root", f"{folder}/www"]
            return [self.daemon, *root, "--http-max-requests", "0", "--log-level", "warning", *more]

        return self.start(name, arguments)

    def stop(self) -> None:
        for server in self.servers:
            server.process.terminate()
        for server in self.servers:
            server.process.wait()
        self.servers.clear()

    def load(self, server: Server, file: str, connections: int, close: bool = False, times: int = 1) -> Load:
        header = ["-H", "Connection: close"] if close else []
        address = f"http://127.0.0.1:{server.port}/{file}"
        before = processor_time(server.process.pid)
        command = ["taskset", "-c", "1", "wrk", "-t1", f"-c{connections}", f"-d{self.seconds * times}s", *header, address]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        used = processor_time(server.process.pid) - before
        counted = re.search(r"(\d+) requests in ([\d.]+)(ms|s|m)", done.stdout)
        if not counted or int(counted[1]) == 0 or "Non-2xx" in done.stdout:
            sys.exit(f"bench_http.py: {server.name}: {' '.join(command)}:\n{done.stdout}{done.stderr}")
        duration = float(counted[2]) * {"ms": 0.001, "s": 1, "m": 60}[counted[3]]
        return Load(int(counted[1]) / duration, used / int(counted[1]))

    def in_turn(self, works: list[Callable[[], Load]]) -> list[list[Load]]:
        """For each of the works its loads, round by round; every second round goes backwards."""
        results: list[list[Load]] = [[] for _ in works]
        for turn in range(self.rounds):
            order = range(len(works)) if turn % 2 == 0 else reversed(range(len(works)))
            for which in order:
                results[which].append(works[which]())
        return results

    def compare(self, what: str, file: str, connections: int, close: bool = False) -> None:
        results = self.in_turn(
            [partial(self.load, server, file, connections, close) for server in self.servers]
        )
        own, others = results[0], results[1:]
        cells = [what, f"{statistics.median(x.rate for x in own):.0f}", f"{statistics.median(x.cost for x in own) / 1000:.1f}"]
        for other in others:
            rate = statistics.median(a.rate / b.rate for a, b in zip(own, other))
            cost = statistics.median(a.cost / b.cost for a, b in zip(own, other))
            cells.append(f"**{rate:.2f}** / {cost:.2f}")
        print("| " + " | ".join(cells) + " |", flush=True)

    def pair(self, what: str, one: Callable[[], Load], other: Callable[[], Load]) -> None:
        first, second = self.in_turn([one, other])
        ratio = statistics.median(b.rate / a.rate for a, b in zip(first, second))
        print(f"| {what} | {ratio:.3f} |", flush=True)


    def crowd(self, server: Server) -> None:
        few, many = self.in_turn(
            [
                lambda: self.load(server, "612", 64, times=3),
                lambda: self.load(server, "612", 5000, times=3),  # it takes a while to open them
            ]
        )
        rate = statistics.median(b.rate / a.rate for a, b in zip(few, many))
        cost = statistics.median(b.cost / a.cost for a, b in zip(few, many))
        print(f"| {server.name} | {rate:.2f} | {cost:.2f} |", flush=True)


def private_memory(pid: int) -> int:
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(found) for found in re.findall(r"Anonymous: +(\d+) kB", text)) * 1024


def used_connection(port: int) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", port))
    client.sendall(b"GET /612 HTTP/1.1\r\nHost: localhost\r\n\r\n")
    answer = b""
    while len(answer) < FILES["612"] or len(answer) < answer.find(b"\r\n\r\n") + 4 + FILES["612"]:
        more = client.recv(65536)
        if not more:
            sys.exit("bench_http.py: polyportd closed a connection that was to be kept")
        answer += more
    return client


def idle_cost(server: Server, connections: int) -> float:
    used_connection(server.port).close()
    before = private_memory(server.process.pid)
    clients = [used_connection(server.port) for _ in range(connections)]
    cost = (private_memory(server.process.pid) - before) / connections
    for client in clients:
        client.close()
    return cost


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n\n")[1])
    arguments.add_argument("daemon")
    arguments.add_argument("--rounds", type=int, default=7)
    arguments.add_argument("--seconds", type=float, default=2)
    given = arguments.parse_args()
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    for program in ("nginx", "lighttpd", "apache2", "wrk", "taskset"):
        if not shutil.which(program):
            sys.exit(f"bench_http.py: {program} is missing; scripts/install-dependencies.sh --for bench installs it")
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

    with tempfile.TemporaryDirectory() as name:
        bench = Bench(given.daemon, given.rounds, max(1, round(given.seconds)), pathlib.Path(name))
        try:
            run(bench)
        finally:
            bench.stop()


def run(bench: Bench) -> None:
    own = bench.polyportd()
    for other in (nginx, lighttpd, apache2):
        bench.start(other.__name__, other)
    print("\n### HTTP: files, against nginx, lighttpd and apache2\n")
    print("Requests a second and processor time a request, each as a ratio of polyportd's to the other's.\n")
    print("| work | polyportd, /s | µs a request | nginx: rate / time | lighttpd: rate / time | apache2: rate / time |")
    print("|---|---:|---:|---|---|---|")
    bench.compare("612 bytes, 64 connections kept", "612", 64)
    bench.compare("100 KiB, 64 connections kept", "100k", 64)
    bench.compare("1 MiB, 16 connections kept", "1m", 16)
    bench.compare("10 MiB, 16 connections kept", "10m", 16)
    bench.compare("612 bytes, a connection each", "612", 64, close=True)

    logging = bench.polyportd("--access-log", str(bench.folder / "access.log"), name="polyportd-logging")
    print("\n### HTTP: polyportd with itself, 612 bytes\n")
    print("| what | rate |")
    print("|---|---:|")
    bench.pair(
        "access log on / off, 64 connections",
        lambda: bench.load(own, "612", 64),
        lambda: bench.load(logging, "612", 64),
    )
    print("\n### HTTP: 5,000 connections against 64, 612 bytes\n")
    print("http_limit does nothing but send a page made beforehand: what it loses, wrk and the kernel lose.\n")
    print("| server | rate | processor time a request |")
    print("|---|---:|---:|")
    limit = bench.start("http_limit", lambda _, port: [str(pathlib.Path(bench.daemon).with_name("http_limit")), str(port)])
    for server in (own, limit, *bench.servers[1:3]):
        bench.crowd(server)
    print(f"\nAn idle connection after one request: {idle_cost(bench.polyportd(), 2000):.0f} bytes of private memory.")


if __name__ == "__main__":
    main()

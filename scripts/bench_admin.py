# SPDX-License-Identifier: BSL-1.0
"""Usage: bench_admin.py BIN [--rounds N] [--seconds S] [--connections N]

What the control interface of polyportd costs, as Markdown: listing many connections and scraping while another
client of a service looks at its delays, `polyport top`, and the rate of the services with everything on. BIN has
polyportd, polyport and stream_load. The daemon runs on processor 0, everything else on processor 1.
"""

import argparse
import contextlib
import multiprocessing
import os
import pathlib
import pty
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing.synchronize import Event

MESSAGE = b"x"
TURNS = 4  # of each daemon, of those that are compared


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


class Daemon:
    def __init__(self, given: argparse.Namespace, folder: pathlib.Path, admin: bool = True) -> None:
        self.port, self.http = free_port(), free_port()
        self.admin = folder / f"admin-{self.port}.sock"
        ready = folder / f"ready-{self.port}"
        command = ["taskset", "-c", "0", f"{given.bin}/polyportd", "--tcp-uppercase", str(self.port)]
        command += ["--http", str(self.http), "--http-root", str(folder / "www"), "--http-max-requests", "0"]
        command += ["--max-connections", "20000", "--idle-timeout", "1h", "--log-level", "warning"]
        command += ["--ready-file", str(ready)] + (["--admin", str(self.admin)] if admin else [])
        self.process = subprocess.Popen(command)
        while not ready.exists():
            if self.process.poll() is not None:
                sys.exit("bench_admin.py: polyportd did not start")
            time.sleep(0.01)

    def processor_time(self) -> float:
        tasks = pathlib.Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


def ask(admin: pathlib.Path, target: str) -> tuple[float, int]:
    """Seconds until the whole answer is there, and its size."""
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(admin))
        begin = time.perf_counter()
        client.sendall(f"GET {target} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
        size = 0
        buffer = bytearray(1 << 20)
        while count := client.recv_into(buffer):
            size += count
        return time.perf_counter() - begin, size


def look_at_delays(port: int, stop: Event, longest: "multiprocessing.Queue[float]") -> None:
    with contextlib.suppress(PermissionError):  # its own delays do not count
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))
    worst = 0.0
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while not stop.is_set():
            begin = time.perf_counter()
            client.sendall(MESSAGE)
            client.recv(16)
            worst = max(worst, time.perf_counter() - begin)
    longest.put(worst)


def longest_delay(port: int, work: Callable[[], object]) -> float:
    """Of messages to a service while `work` runs, in seconds."""
    stop = multiprocessing.Event()
    answers: "multiprocessing.Queue[float]" = multiprocessing.Queue()
    looking = multiprocessing.Process(target=look_at_delays, args=(port, stop, answers))
    looking.start()
    time.sleep(0.2)
    work()
    stop.set()
    result = answers.get()
    looking.join()
    return result


@contextlib.contextmanager
def connections(port: int, count: int) -> Iterator[None]:
    all_of_them = []
    for _ in range(count):
        client = socket.create_connection(("127.0.0.1", port))
        client.sendall(MESSAGE)
        client.recv(16)
        all_of_them.append(client)
    yield
    for client in all_of_them:
        client.close()


def milliseconds(times: list[float]) -> str:
    return f"{statistics.median(times) * 1000:.1f} ms (at most {max(times) * 1000:.1f})"


def measure_lists(given: argparse.Namespace, folder: pathlib.Path) -> None:
    daemon = Daemon(given, folder)
    with connections(daemon.port, given.connections):
        targets = {
            "list with TCP_INFO": f"/connections?limit={given.connections}",
            "list, sorted by round-trip time": f"/connections?limit={given.connections}&sort=-rtt",
            "list without TCP_INFO": f"/connections?limit={given.connections}&tcp=no",
            "/metrics": "/metrics",
            "/stats": "/stats",
        }
        print(f"\n### {given.connections:,} connections\n")
        print("| asked for | time | size | longest delay of a message meanwhile |")
        print("|---|---|---:|---:|")
        quiet = [longest_delay(daemon.port, lambda: time.sleep(0.3)) for _ in range(given.rounds)]
        print(f"| nothing | | | {milliseconds(quiet)} |")
        for name, target in targets.items():
            times, sizes, delays = [], [0], []
            for _ in range(given.rounds):
                took, size = ask(daemon.admin, target)
                times.append(took)
                sizes.append(size)
                delays.append(longest_delay(daemon.port, partial(ask, daemon.admin, target)))
            print(f"| {name} | {milliseconds(times)} | {max(sizes) / 1024:,.0f} KiB | {milliseconds(delays)} |", flush=True)
    daemon.stop()


def measure_top(given: argparse.Namespace, folder: pathlib.Path) -> None:
    daemon = Daemon(given, folder)
    with connections(daemon.port, given.connections // 2):
        screen, terminal = pty.openpty()
        command = [f"{given.bin}/polyport", "top", "--admin", str(daemon.admin)]
        top = subprocess.Popen(command, stdin=terminal, stdout=terminal, env={**os.environ, "COLUMNS": "120", "LINES": "50"})
        threading.Thread(target=lambda: [None for _ in iter(lambda: os.read(screen, 65536), b"")], daemon=True).start()
        time.sleep(3)
        before = daemon.processor_time()
        time.sleep(given.top_seconds)
        used = (daemon.processor_time() - before) / given.top_seconds
        top.terminate()
        top.wait()
        print(f"\n`polyport top`, {given.connections // 2:,} connections: {used:.2%} of a processor in the daemon.")
    daemon.stop()


class Watchers:
    """Everything on: a subscriber with counts, a scrape each second, and the list twice a second."""

    def __init__(self, daemon: Daemon) -> None:
        self.daemon = daemon
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self.subscribe), threading.Thread(target=self.scrape)]
        for thread in self.threads:
            thread.start()

    def subscribe(self) -> None:
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(self.daemon.admin))
            client.settimeout(0.2)
            client.sendall(b"GET /events?stats=1s HTTP/1.0\r\nHost: localhost\r\n\r\n")
            while not self.over.is_set():
                with contextlib.suppress(TimeoutError):
                    client.recv(1 << 20)

    def scrape(self) -> None:
        while not self.over.wait(0.5):
            ask(self.daemon.admin, "/metrics")
            ask(self.daemon.admin, "/connections")

    def end(self) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join()


def message_rate(given: argparse.Namespace, daemon: Daemon) -> float:
    command = [f"{given.bin}/stream_load", str(daemon.port), "100", "64", str(given.seconds)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[0])


def request_rate(given: argparse.Namespace, daemon: Daemon) -> float:
    """Requests in a second of the daemon's processor: wrk shares its own with those who watch."""
    command = ["wrk", "-t1", "-c50", f"-d{max(1, round(given.seconds))}s", f"http://127.0.0.1:{daemon.http}/page"]
    before = daemon.processor_time()
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    count = int(next(line for line in output.splitlines() if "requests in" in line).split()[0])
    return count / max(0.01, daemon.processor_time() - before)


def between(values: list[float]) -> str:
    """The median, and what the middle half lies between."""
    low, middle, high = statistics.quantiles(values, n=4)
    return f"{middle:.3f} ({low:.3f} to {high:.3f})"


def compare_rates(given: argparse.Namespace, folder: pathlib.Path) -> None:
    works = {"messages of 64 bytes": message_rate, "requests, in a second of the daemon's processor": request_rate}
    kinds = ["plain", "plain again", "unused", "everything on"]
    found: dict[str, dict[str, list[float]]] = {name: {kind: [] for kind in kinds} for name in works}
    for _ in range(given.rounds):
        # Each time new processes: where their memory lies makes a difference too. They take turns meanwhile.
        daemons = {kind: Daemon(given, folder, admin=not kind.startswith("plain")) for kind in kinds}
        for turn in range(TURNS):
            for kind in kinds[turn % len(kinds) :] + kinds[: turn % len(kinds)]:
                watchers = Watchers(daemons[kind]) if kind == "everything on" else None
                for name, work in works.items():
                    found[name][kind].append(work(given, daemons[kind]))
                if watchers:
                    watchers.end()
        for daemon in daemons.values():
            daemon.stop()
    print("\n### The rate of the services\n")
    print("| work | without --admin, /s | the same again | --admin, unused | everything on |")
    print("|---|---:|---:|---:|---:|")
    for name, by_kind in found.items():
        plain = by_kind["plain"]
        ratios = [between([x / y for x, y in zip(by_kind[kind], plain)]) for kind in kinds[1:]]
        print(f"| {name} | {statistics.median(plain):,.0f} | {' | '.join(ratios)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--connections", type=int, default=10_000)
    parser.add_argument("--top-seconds", type=float, default=20)
    parser.add_argument("--only", choices=["lists", "top", "rates"])
    given = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {1})
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "www").mkdir()
        (folder / "www" / "page").write_bytes(b"x" * 612)
        parts = {"lists": measure_lists, "top": measure_top, "rates": compare_rates}
        for part, measure in parts.items():
            if given.only in (None, part):
                measure(given, folder)


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: BSL-1.0
"""Starts a polyportd, or any daemon built with polyport, for a test, and looks after it.

    with Daemon("--tcp-uppercase", "0") as daemon:
        with daemon.connect("tcp-uppercase") as client:
            client.sendall(b"hello")
            assert client.recv(5) == b"HELLO"
        daemon.wait_for("closed", received=5)

Nothing sleeps and nothing guesses a port: the daemon says by its launch report where it listens. When the block
ends the daemon is stopped, and DaemonFailure is raised if it logged an error, reported a sanitizer's finding, held
more descriptors than at its start, or ended with another status than 0. The log is read where it goes: from standard
error, and from the file of --log-file or of the configuration. Needs Python 3.9 and its standard library.

With pytest, which is not needed otherwise:

    pytest_plugins = ["polyport_daemon"]      # in conftest.py

    def test_upper_case(polyport):            # a function that starts daemons, stopped at the test's end
        daemon = polyport("--tcp-uppercase", "0")
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
import types
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO, Callable, Optional, Union

__all__ = ["Daemon", "DaemonFailure", "Endpoint", "find_program"]

PATIENCE = 30.0  # seconds; how long anything may take that takes milliseconds

Record = Mapping[str, Any]


class DaemonFailure(AssertionError):
    """The daemon did what it must not; the message has its log."""


@dataclasses.dataclass(frozen=True)
class Endpoint:
    """Where a service listens, as the launch report has it."""

    service: str
    transport: str  # tcp, udp, unix, unixgram
    address: str = ""
    port: int = 0
    path: str = ""

    def connect(self, timeout: float = PATIENCE) -> socket.socket:
        """A connected socket. A UNIX datagram socket is bound to a name of its own, so that it is answered."""
        kind = socket.SOCK_STREAM if self.transport in ("tcp", "unix") else socket.SOCK_DGRAM
        if self.transport in ("unix", "unixgram"):
            made = socket.socket(socket.AF_UNIX, kind)
        else:
            made = socket.socket(socket.AF_INET6 if ":" in self.address else socket.AF_INET, kind)
        try:
            made.settimeout(timeout)
            if self.transport == "unixgram":
                made.bind("")  # an abstract name that the kernel chooses
            made.connect(self._peer())
        except BaseException:
            made.close()
            raise
        return made

    def _peer(self) -> Union[str, tuple[str, int]]:
        if self.path:
            return "\0" + self.path[1:] if self.path.startswith("@") else self.path
        anywhere = {"0.0.0.0": "127.0.0.1", "::": "::1", "*": "127.0.0.1"}
        return (anywhere.get(self.address, self.address), self.port)


def find_program(name: str = "polyportd") -> str:
    """The program to test: $POLYPORTD, or NAME on the search path."""
    found = os.environ.get("POLYPORTD") or shutil.which(name)
    if not found:
        raise FileNotFoundError(f"{name} is not on the search path; set POLYPORTD to the program to test")
    return found


class Daemon:
    """A running daemon. `arguments` enable its services; the launch report and a JSON log are asked for here."""

    def __init__(
        self,
        *arguments: str,
        program: Optional[Union[str, os.PathLike[str]]] = None,
        env: Optional[Mapping[str, str]] = None,
        cwd: Optional[Union[str, os.PathLike[str]]] = None,
        expect_errors: bool = False,
        expect_status: int = 0,
        timeout: float = PATIENCE,
    ) -> None:
        self.expect_errors = expect_errors
        self.expect_status = expect_status
        self.timeout = timeout
        self.leak_timeout = min(timeout, 10.0)  # how long its last connections may take to go
        self._lines: list[str] = []
        self._records: list[dict[str, Any]] = []
        self._changed = threading.Condition()
        self._status: Optional[int] = None

        self._log_file = _log_file_of(arguments, cwd)
        self._log_file_begin = _size_of(self._log_file)
        self._process_ended = threading.Event()

        report_read, report_write = os.pipe()
        command = [os.fspath(program or find_program()), *arguments]
        command += ["--ready-fd", str(report_write), "--log-format", "json"]
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                pass_fds=[report_write],
                env={**os.environ, **env} if env else None,
                cwd=cwd,
            )
        except BaseException:
            os.close(report_read)
            raise
        finally:
            os.close(report_write)
        self._readers = [threading.Thread(target=self._read_standard_error, daemon=True)]
        if self._log_file:
            self._readers.append(threading.Thread(target=self._read_log_file, args=[self._log_file], daemon=True))
        self._open_logs = len(self._readers)
        for reader in self._readers:
            reader.start()
        with open(report_read, encoding="utf-8") as report:
            text = self._read_report(report.fileno())
        self.ready: Record = json.loads(text)
        self.pid: int = int(self.ready["pid"])
        self._first_descriptors = self.descriptors()

    # Where it listens

    @property
    def endpoints(self) -> Sequence[Endpoint]:
        names = {field.name for field in dataclasses.fields(Endpoint)}
        return [Endpoint(**{k: v for k, v in e.items() if k in names}) for e in self.ready["endpoints"]]

    def endpoint(self, service: str, index: int = 0) -> Endpoint:
        """The index-th endpoint of a service."""
        found = [e for e in self.endpoints if e.service == service]
        if index >= len(found):
            raise LookupError(f"no endpoint {index} of {service}; there are {[e.service for e in self.endpoints]}")
        return found[index]

    def connect(self, service: str, index: int = 0, timeout: float = PATIENCE) -> socket.socket:
        return self.endpoint(service, index).connect(timeout)

    # What it does

    def records(self, event: Optional[str] = None, **fields: Any) -> list[Record]:
        """The records of its log so far, as dictionaries; those of an event, or with certain fields."""
        with self._changed:
            return [r for r in self._records if _fits(r, event, fields)]

    def log(self) -> str:
        """What it has logged so far, and all else on its standard error."""
        with self._changed:
            return "".join(self._lines)

    def wait_for(self, event: str, *, count: int = 1, timeout: Optional[float] = None, **fields: Any) -> Record:
        """The count-th record of the event with these fields, waiting for it: wait_for("closed", reason="done")."""
        found: list[Record] = []

        def is_there() -> bool:
            found[:] = [r for r in self._records if _fits(r, event, fields)]
            return len(found) >= count or self._open_logs == 0

        with self._changed:
            self._changed.wait_for(is_there, self.timeout if timeout is None else timeout)
        if len(found) < count:
            raise DaemonFailure(f"no record {event} with {fields} (number {count}) in the log:\n{self.log()}")
        return found[count - 1]

    def connections(self) -> list[Record]:
        """The connections that are open now: service, transport, local, remote, state, received, sent, age …"""
        with self._changed:
            before = sum(r.get("event") == "tables" for r in self._records)
            begin = len(self._records)
        self.signal(signal.SIGUSR1)
        self.wait_for("tables", count=before + 1)
        with self._changed:
            table = self._records[begin:]
        return [r for r in table if r.get("event") == "connection"]

    def descriptors(self) -> list[str]:
        """What it has open: sockets, pipes, files and the like. Of a daemon with HTTP, which keeps files open that it has
        served, those that it only reads do not count."""
        keeps_files = any(e.service == "http" for e in self.endpoints)
        found = []
        process = pathlib.Path(f"/proc/{self._process.pid}")
        for entry in (process / "fd").iterdir():
            with contextlib.suppress(FileNotFoundError):
                name = os.readlink(entry)
                is_kept = keeps_files and name.startswith("/") and _is_only_read(process / "fdinfo" / entry.name)
                if not is_kept:
                    found.append(name)
        return sorted(found)

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    # Its end

    def stop(self) -> int:
        """Stops it (SIGTERM: it drains) and returns its exit status. Says nothing about what it did; see check()."""
        if self._status is None:
            if self._process.poll() is None:
                self._process.terminate()
            try:
                self._status = self._process.wait(self.timeout)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
                self._finish_log()
                raise DaemonFailure(f"it did not end within {self.timeout} s of SIGTERM; its log:\n{self.log()}") from None
            self._finish_log()
        return self._status

    def check_descriptors(self) -> None:
        """Raises DaemonFailure if it holds more descriptors than at its start, once its connections are gone."""
        end = time.monotonic() + self.leak_timeout
        while len(now := self.descriptors()) > len(self._first_descriptors):
            if time.monotonic() > end:
                raise DaemonFailure(
                    f"it held {self._first_descriptors} at its start, and holds {now} now; its log:\n{self.log()}"
                )
            time.sleep(0.01)

    def check(self) -> None:
        """Raises DaemonFailure if it logged an error, or ended otherwise than it should."""
        for line in self.log().splitlines():
            if "Sanitizer" in line or "runtime error:" in line:
                raise DaemonFailure(f"a sanitizer's finding:\n{self.log()}")
        errors = self.records(level="error")
        if errors and not self.expect_errors:
            raise DaemonFailure(f"it logged errors: {errors}")
        if self._status is not None and self._status != self.expect_status:
            raise DaemonFailure(f"its exit status is {self._status}, not {self.expect_status}; its log:\n{self.log()}")

    def __enter__(self) -> Daemon:
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[types.TracebackType],
    ) -> None:
        try:
            if error is None and self._process.poll() is None:
                self.check_descriptors()
        finally:
            self.stop()
        if error is None:
            self.check()

    # Its output

    def _read_report(self, fd: int) -> str:
        text = b""
        end = time.monotonic() + self.timeout
        os.set_blocking(fd, False)
        while True:
            try:
                more = os.read(fd, 65536)
            except BlockingIOError:
                if time.monotonic() > end:
                    self._process.kill()
                    self._finish_log()
                    raise DaemonFailure(f"it was not ready within {self.timeout} s; its log:\n{self.log()}") from None
                time.sleep(0.002)
                continue
            text += more
            if not more:
                break
        if not text.endswith(b"\n"):
            self._status = self._process.wait()
            self._finish_log()
            raise DaemonFailure(f"it ended with status {self._status} before it was ready:\n{self.log()}")
        return text.decode()

    def _read_standard_error(self) -> None:
        assert self._process.stderr is not None
        for raw in self._process.stderr:
            self._add_line(raw)
        self._end_log()

    def _read_log_file(self, path: pathlib.Path) -> None:
        """What is appended, until the daemon has ended. Where the file is moved away, so that the daemon begins a new one
        (SIGHUP), the new one follows."""
        rest = b""
        file: Optional[BinaryIO] = None
        while True:
            last = self._process_ended.is_set()
            with contextlib.suppress(FileNotFoundError):
                if file is None:
                    file = open(path, "rb")
                    file.seek(self._log_file_begin)
                    self._log_file_begin = 0
            *lines, rest = (rest + (file.read() if file else b"")).split(b"\n")
            for line in lines:
                self._add_line(line + b"\n")
            if last:
                break
            if lines:
                continue
            if file and not _is_at(file, path):
                file.close()
                file = None
                continue
            time.sleep(0.01)
        if rest:
            self._add_line(rest)
        if file:
            file.close()
        self._end_log()

    def _add_line(self, raw: bytes) -> None:
        line = raw.decode("utf-8", "replace")
        record: Any = None
        with contextlib.suppress(ValueError):
            record = json.loads(line)
        with self._changed:
            self._lines.append(line)
            if isinstance(record, dict):
                self._records.append(record)
            self._changed.notify_all()

    def _end_log(self) -> None:
        with self._changed:
            self._open_logs -= 1
            self._changed.notify_all()

    def _finish_log(self) -> None:
        self._process_ended.set()
        for reader in self._readers:
            reader.join(self.timeout)
        if self._process.stderr is not None:
            self._process.stderr.close()


def _log_file_of(arguments: Sequence[str], cwd: Optional[Union[str, os.PathLike[str]]]) -> Optional[pathlib.Path]:
    """The file that the daemon logs to, by its options; the command line wins over the configuration file."""
    folder = pathlib.Path(cwd or ".")
    found = _option(arguments, "--log-file")
    configuration = _option(arguments, "--config")
    if found is None and configuration is not None:
        with contextlib.suppress(OSError):  # which the daemon will tell of
            text = (folder / configuration).read_text(encoding="utf-8", errors="replace")
            for value in re.findall(r"^\s*log-file\s*=[ \t]*(.*?)\s*$", text, re.MULTILINE):
                quoted = re.match(r'"((?:[^"\\]|\\.)*)"', value)
                found = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else re.split(r"(?:^|[ \t])#", value)[0].strip()
    return folder / found if found else None


def _option(arguments: Sequence[str], name: str) -> Optional[str]:
    """The value of an option in either form, --NAME VALUE or --NAME=VALUE; the last one, if it is repeated."""
    found = None
    for position, argument in enumerate(arguments):
        if argument == name and position + 1 < len(arguments):
            found = arguments[position + 1]
        elif argument.startswith(name + "="):
            found = argument[len(name) + 1 :]
    return found


def _size_of(path: Optional[pathlib.Path]) -> int:
    """0 if there is no such file."""
    if path is not None:
        with contextlib.suppress(FileNotFoundError):
            return path.stat().st_size
    return 0


def _is_at(file: BinaryIO, path: pathlib.Path) -> bool:
    """False once another file is there; true while there is none."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return True


def _is_only_read(fdinfo: pathlib.Path) -> bool:
    flags = re.search(r"^flags:\s*([0-7]+)", fdinfo.read_text(), re.MULTILINE)
    return flags is not None and int(flags[1], 8) & os.O_ACCMODE == os.O_RDONLY


def _fits(record: Record, event: Optional[str], fields: Mapping[str, Any]) -> bool:
    """Fields are named with '_' where the log has '-'."""
    if event is not None and record.get("event") != event:
        return False
    return all(record.get(name.replace("_", "-")) == value for name, value in fields.items())


try:
    import pytest
except ImportError:
    pass
else:

    @pytest.fixture
    def polyport() -> Iterator[Callable[..., Daemon]]:
        """Starts daemons as Daemon does; each is stopped and checked when the test ends."""
        with contextlib.ExitStack() as running:

            def start(*arguments: str, **options: Any) -> Daemon:
                return running.enter_context(Daemon(*arguments, **options))

            yield start

# SPDX-License-Identifier: BSL-1.0
"""Tests of the module itself, run by pytest: what it must notice, it notices."""

import pathlib
import signal
from typing import Callable

import pytest

from polyport_daemon import Daemon, DaemonFailure

pytest_plugins = ["polyport_daemon", "pytester"]


def test_every_transport_is_connected_to(polyport: Callable[..., Daemon], tmp_path: pathlib.Path) -> None:
    path = str(tmp_path / "s.sock")
    daemon = polyport(
        "--tcp-uppercase", "0", "--tcp-uppercase", "[::1]:0", "--udp-uppercase", "0",
        "--local-stream", path, "--local-stream", "@polyport-python-test", "--local-datagram", path + "d",
    )  # fmt: skip
    for endpoint in daemon.endpoints:
        with endpoint.connect() as client:
            client.send(b"hello")
            assert client.recv(100) == b"HELLO", endpoint
    assert daemon.endpoint("tcp-uppercase", 1).address == "::1"
    with pytest.raises(LookupError, match="no endpoint 2 of tcp-uppercase"):
        daemon.endpoint("tcp-uppercase", 2)


def test_connections_and_events_are_seen(polyport: Callable[..., Daemon]) -> None:
    daemon = polyport("--tcp-uppercase", "0")
    assert daemon.connections() == []
    with daemon.connect("tcp-uppercase") as client:
        client.sendall(b"hello")
        client.recv(5)
        (connection,) = daemon.connections()
        assert connection["service"] == "tcp-uppercase"
        assert connection["remote"] == "%s:%d" % client.getsockname()
        assert connection["received"] == connection["sent"] == 5
        assert daemon.records("closed") == []
    closed = daemon.wait_for("closed", received=5)
    assert closed["connection"] == connection["connection"]
    with pytest.raises(DaemonFailure, match="no record closed with .*'received': 6"):
        daemon.wait_for("closed", received=6, timeout=0.05)


def test_a_start_that_fails_says_why() -> None:
    with pytest.raises(DaemonFailure, match="status 2 before it was ready(.|\n)*max-connections"):
        Daemon("--tcp-uppercase", "0", "--max-connections", "-1")


def test_an_error_in_the_log_fails_the_test(tmp_path: pathlib.Path) -> None:
    program = tmp_path / "daemon"
    program.write_text(FAKE.format(record='{"level":"error","event":"broken"}', status=0))
    program.chmod(0o755)
    with pytest.raises(DaemonFailure, match="broken"):
        with Daemon(program=program):
            pass
    with Daemon(program=program, expect_errors=True):
        pass


@pytest.mark.parametrize("how", ["--log-file FILE", "--log-file=FILE", "log-file = FILE # here", 'log-file="FILE"'])
def test_the_log_is_read_where_it_goes(tmp_path: pathlib.Path, how: str) -> None:
    log = tmp_path / "a.log"
    log.write_text('{"level":"error","event":"of an earlier run"}\n')
    words = how.replace("FILE", str(log))
    options = words.split()
    if not how.startswith("--"):
        (tmp_path / "a.conf").write_text(f"# mine\n{words}\n")
        options = ["--config", "a.conf"]
    with Daemon("--tcp-uppercase", "0", *options, cwd=tmp_path) as daemon:
        with daemon.connect("tcp-uppercase") as client:
            client.sendall(b"hello")
            client.recv(5)
        daemon.wait_for("closed", received=5)
        log.rename(tmp_path / "a.log.1")
        daemon.signal(signal.SIGHUP)
        daemon.wait_for("logs-reopened")
        with daemon.connect("tcp-uppercase") as client:
            client.sendall(b"again")
            client.recv(5)
        daemon.wait_for("closed", count=2, received=5)
    assert daemon.records("stopped")


def test_an_error_in_a_log_file_fails_the_test(tmp_path: pathlib.Path) -> None:
    program = tmp_path / "daemon"
    program.write_text(FAKE.format(record='{"level":"error","event":"broken"}', status=0))
    program.chmod(0o755)
    with pytest.raises(DaemonFailure, match="broken"):
        with Daemon("--log-file", str(tmp_path / "a.log"), program=program):
            pass


def test_another_exit_status_fails_the_test(tmp_path: pathlib.Path) -> None:
    program = tmp_path / "daemon"
    program.write_text(FAKE.format(record="{}", status=1))
    program.chmod(0o755)
    with pytest.raises(DaemonFailure, match="exit status is 1"):
        with Daemon(program=program):
            pass


def test_a_leaked_descriptor_fails_the_test() -> None:
    with pytest.raises(DaemonFailure, match="it held .* at its start, and holds"):
        with Daemon("--tcp-uppercase", "0") as daemon:
            client = daemon.connect("tcp-uppercase")  # for the daemon, a connection that does not go
            client.sendall(b"x")
            client.recv(1)
            daemon.leak_timeout = 0.5
    client.close()


def test_a_leaked_file_fails_the_test(tmp_path: pathlib.Path) -> None:
    program = tmp_path / "daemon"
    program.write_text(FAKE.format(record="{}", status=0))
    program.chmod(0o755)
    with pytest.raises(DaemonFailure, match="and holds .*daemon"):
        with Daemon(program=program) as daemon:
            daemon.signal(signal.SIGUSR1)
            daemon.wait_for("leaked")
            daemon.leak_timeout = 0.5


def test_files_that_http_keeps_open_are_no_leak(polyport: Callable[..., Daemon], tmp_path: pathlib.Path) -> None:
    (tmp_path / "page.html").write_bytes(b"x" * 3_000_000)  # too large for memory
    daemon = polyport("--http", "0", "--http-root", str(tmp_path))
    with daemon.connect("http") as client:
        client.sendall(b"GET /page.html HTTP/1.0\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 200 OK")
        while client.recv(100_000):
            pass


def test_a_daemon_that_dies_is_noticed() -> None:
    with pytest.raises(DaemonFailure, match="exit status is -9"):
        with Daemon("--tcp-uppercase", "0") as daemon:
            daemon.signal(signal.SIGKILL)
            with pytest.raises(DaemonFailure):
                daemon.wait_for("never")


def test_the_fixture_checks_at_the_end_of_the_test(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("pytest_plugins = ['polyport_daemon']")
    pytester.makepyfile(
        """
        def test_good(polyport):
            polyport("--tcp-uppercase", "0")

        def test_bad(polyport):
            daemon = polyport("--tcp-uppercase", "0")
            daemon.kept = daemon.connect("tcp-uppercase")
            daemon.kept.sendall(b"x")
            daemon.kept.recv(1)
            daemon.leak_timeout = 0.5
        """
    )
    pytester.runpytest().assert_outcomes(passed=2, errors=1)


FAKE = """#!/usr/bin/env python3
import json, os, signal, sys
kept = []
def log(record):
    place = sys.argv.index("--log-file") + 1 if "--log-file" in sys.argv else 0
    with open(sys.argv[place], "a") if place else os.fdopen(os.dup(2), "w") as out:
        out.write(record + "\\n")
def leak(*_):
    kept.append(open(__file__))
    log('{{"event":"leaked"}}')
def stop(*_):
    log('{record}')
    os._exit({status})
signal.signal(signal.SIGUSR1, leak)
signal.signal(signal.SIGTERM, stop)
fd = int(sys.argv[sys.argv.index("--ready-fd") + 1])
os.write(fd, (json.dumps(dict(pid=os.getpid(), version="0", endpoints=[])) + "\\n").encode())
os.close(fd)
while True:
    signal.pause()
"""

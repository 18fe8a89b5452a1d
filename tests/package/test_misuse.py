# SPDX-License-Identifier: BSL-1.0
"""What a handler does wrong has a defined end, in a real daemon: the table in docs/extending.md."""

import pathlib
import signal
import socket
import subprocess
import time
import urllib.request
from typing import Callable

import pytest

from polyport_daemon import Daemon, DaemonFailure, find_program

pytest_plugins = ["polyport_daemon"]

Start = Callable[..., Daemon]


def closed(client: socket.socket) -> bool:
    return client.recv(100) == b""


@pytest.mark.parametrize("line, text", [("exception", "thrown for a stream"), ("number", "of an unknown type")])
def test_an_exception_ends_its_connection_alone(polyport: Start, line: str, text: str) -> None:
    daemon = polyport("--throws", "0", expect_errors=True)
    with daemon.connect("throws") as other, daemon.connect("throws") as client:
        client.sendall(line.encode() + b"\n")
        assert closed(client)
        record = daemon.wait_for("handler-failed", exception=text)
        daemon.wait_for("closed", connection=record["connection"], reason="handler failed")
        assert [c["connection"] for c in daemon.connections()] != [record["connection"]]
        assert len(daemon.connections()) == 1
        other.close()


@pytest.mark.parametrize("at", ["0", "PATH"])
def test_an_exception_for_a_datagram_costs_that_message_alone(
    polyport: Start, tmp_path: pathlib.Path, at: str
) -> None:
    at = at.replace("PATH", str(tmp_path / "a.sock"))
    daemon = polyport("--throws-message", at, expect_errors=True)
    with daemon.connect("throws-message") as client:
        for message in (b"exception", b"number", b"hello"):
            client.send(message)
        assert client.recv(100) == b"hello"
    record = daemon.wait_for("handler-failed", exception="thrown for a datagram")
    assert record["service"] == "throws-message" and record["flow"] == 1
    daemon.wait_for("handler-failed", exception="of an unknown type")


def test_a_handler_that_reads_on_after_the_end_is_stopped(polyport: Start) -> None:
    daemon = polyport("--reads-on", "0", expect_errors=True)
    with daemon.connect("reads-on") as client:
        client.shutdown(socket.SHUT_WR)
        assert closed(client)
    daemon.wait_for("handler-failed", exception="the handler went on after 100 errors: 'end of stream'")


@pytest.mark.parametrize("service", ["blocks", "blocks-later"])
def test_who_holds_the_loop_is_named(polyport: Start, service: str) -> None:
    daemon = polyport(f"--{service}", "0")
    with daemon.connect(service) as client:
        assert client.recv(100) == b"awake\n"
    record = daemon.wait_for("loop-held")
    assert record["service"] == service
    assert record["connection"] == daemon.wait_for("closed")["connection"]
    assert record["milliseconds"] >= 100


@pytest.mark.parametrize("at", ["0", "PATH"])
def test_which_datagram_holds_the_loop_is_told(polyport: Start, tmp_path: pathlib.Path, at: str) -> None:
    at = at.replace("PATH", str(tmp_path / "a.sock"))
    daemon = polyport("--blocks-message", at)
    with daemon.connect("blocks-message") as innocent, daemon.connect("blocks-message") as client:
        innocent.send(b"hello")
        innocent.recv(100)
        client.send(b"block")
        innocent.send(b"hello")
        assert client.recv(100) == b"block"
    record = daemon.wait_for("loop-held")
    assert (record["service"], record["flow"]) == ("blocks-message", 2)


def test_a_handler_that_never_gives_the_loop_back_is_named_meanwhile() -> None:
    daemon = Daemon("--spins", "0", expect_status=-signal.SIGKILL)
    try:
        with daemon.connect("spins"):
            record = daemon.wait_for("loop-held", still=True)
            assert record["connection"] == 1
    finally:
        daemon.signal(signal.SIGKILL)  # nothing less ends it, or WatchdogSec= of the service manager
        daemon.stop()


@pytest.mark.parametrize("service", ["never", "leaks-task", "endless-work"])
def test_what_does_not_end_is_left_behind_with_status_1(service: str) -> None:
    daemon = Daemon(f"--{service}", "0", "--drain-timeout", "100ms", expect_errors=True, expect_status=1)
    try:
        with daemon.connect(service) as client:
            client.sendall(b"go\n")
            while not daemon.connections():
                pass
            began = time.monotonic()
            daemon.stop()
            assert time.monotonic() - began < 15
    finally:
        daemon.stop()
    daemon.check()
    daemon.wait_for("handlers-left", connections=1)
    assert len(daemon.records("work-left")) == (service == "endless-work")
    daemon.wait_for("stopped")


def test_its_own_counts_are_where_those_of_the_daemon_are(polyport: Start) -> None:
    daemon = polyport("--counts", "0", "--admin", "127.0.0.1:0")
    with daemon.connect("counts") as client:
        client.sendall(b"one\ntwo\n")
        with client.makefile() as answers:
            assert [answers.readline(), answers.readline()] == ["counted\n", "counted\n"]
        admin = daemon.endpoint("admin")
        with urllib.request.urlopen(f"http://127.0.0.1:{admin.port}/metrics", timeout=30) as answer:
            metrics = answer.read().decode().splitlines()
    assert "# TYPE kit_lines_total counter" in metrics
    assert "# TYPE kit_pause_seconds histogram" in metrics
    assert any(line.startswith("kit_lines_total ") for line in metrics)
    assert any(line.startswith('kit_pause_seconds_count{kind="asked"} ') for line in metrics)
    assert any(line.startswith('kit_pause_seconds_bucket{kind="asked",le="0.0025"} ') for line in metrics)


@pytest.mark.parametrize(
    "mistake, sentence",
    [
        ("same-name", "two of the rows that run() is given are called 'throws'; give each service a name of its own"),
        ("name-of-an-option", "--max-connections, or an option and a service; give yours another name"),
        ("nothing", "this program was built without services; give run() at least one row"),
    ],
)
def test_rows_that_do_not_go_together_are_named(mistake: str, sentence: str) -> None:
    ran = subprocess.run([find_program(), mistake], capture_output=True, text=True, timeout=60)
    assert sentence in ran.stderr
    assert ran.returncode != 0


def test_a_leaked_file_is_found_out() -> None:
    with pytest.raises(DaemonFailure, match="and holds .*kit_daemon"):
        with Daemon("--leaks-file", "0") as daemon:
            with daemon.connect("leaks-file") as client:
                client.sendall(b"go\n")
                assert client.recv(100) == b"leaked\n"
            daemon.leak_timeout = 0.5

# SPDX-License-Identifier: BSL-1.0
import socket
import unittest

from polyport_daemon import Daemon


class Guest:
    """Somebody in the room."""

    def __init__(self, daemon: Daemon, name: str) -> None:
        self.socket = daemon.connect("chat")
        self.lines = self.socket.makefile("r", encoding="utf-8", newline="\n")
        assert self.hear() == "Your name?"
        self.say(name)

    def say(self, line: str) -> None:
        self.socket.sendall(line.encode() + b"\n")

    def hear(self) -> str:
        return self.lines.readline().rstrip("\n")

    def __enter__(self) -> "Guest":
        return self

    def __exit__(self, *_: object) -> None:
        self.lines.close()
        self.socket.close()


class Chat(unittest.TestCase):
    def test_everybody_hears_who_comes_what_is_said_and_who_goes(self) -> None:
        with Daemon("--chat", "0") as daemon, Guest(daemon, "ann") as ann:
            with Guest(daemon, "bob") as bob:
                self.assertEqual(ann.hear(), "* bob has come")
                ann.say("hello bob")
                self.assertEqual(bob.hear(), "ann: hello bob")
                bob.say("hello ann\r")
                self.assertEqual(ann.hear(), "bob: hello ann")
            self.assertEqual(ann.hear(), "* bob has gone")

    def test_the_room_is_one_on_every_transport(self) -> None:
        with Daemon("--chat", "0", "--chat", "@polyport-chat-test") as daemon, Guest(daemon, "ann") as ann:
            with daemon.connect("chat", 1) as other:
                other.sendall(b"bob\nhello\n")
                self.assertEqual(ann.hear(), "* bob has come")
                self.assertEqual(ann.hear(), "bob: hello")
            self.assertEqual(ann.hear(), "* bob has gone")

    def test_terminals_are_safe(self) -> None:
        with Daemon("--chat", "0") as daemon, Guest(daemon, "ann") as ann, Guest(daemon, "b\x1b[2Job") as bob:
            self.assertEqual(ann.hear(), "* b[2Job has come")
            bob.say("\x07x\x1b]0;y")
            self.assertEqual(ann.hear(), "b[2Job: x]0;y")

    def test_whoever_does_not_read_is_dropped_and_holds_up_nobody(self) -> None:
        with Daemon("--chat", "0", "--chat-queue", "16k") as daemon, Guest(daemon, "ann") as ann:
            with Guest(daemon, "deaf") as deaf:
                self.assertEqual(ann.hear(), "* deaf has come")
                deaf.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                with Guest(daemon, "bob") as bob:
                    self.assertEqual(ann.hear(), "* bob has come")
                    for _ in range(20_000):
                        bob.say("x" * 900)
                        if daemon.records("closed", reason="too slow a reader"):
                            break
                        self.assertIn(ann.hear()[:3], ("bob", "* d"))
                    daemon.wait_for("closed", reason="too slow a reader")

    def test_a_line_that_is_too_long_ends_the_visit(self) -> None:
        with Daemon("--chat", "0") as daemon, Guest(daemon, "ann") as ann:
            ann.say("x" * 1001)
            self.assertEqual(ann.hear(), "")

    def test_drains_at_once(self) -> None:
        with Daemon("--chat", "0", "--drain-timeout", "60s") as daemon, Guest(daemon, "ann"):
            self.assertEqual(daemon.stop(), 0)
            self.assertEqual(len(daemon.records("closed", reason="draining")), 1)


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: BSL-1.0
import os
import pathlib
import socket
import struct
import subprocess
import tempfile
import unittest

from polyport_daemon import Daemon, find_program


def answer_to(client: socket.socket, name: bytes, content: bytes) -> str:
    client.sendall(name.ljust(12, b"\0") + content)
    client.shutdown(socket.SHUT_WR)
    return client.makefile().read()


class Upload(unittest.TestCase):
    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.outside = pathlib.Path(scratch.name)
        self.directory = self.outside / "files"
        self.directory.mkdir()

    def daemon(self, *more: str, expect_errors: bool = False) -> Daemon:
        options = ["--upload", "0", "--upload-directory", str(self.directory), *more]
        return Daemon(*options, expect_errors=expect_errors)

    def test_a_file_arrives_whole(self) -> None:
        content = os.urandom(3_000_000)
        with self.daemon() as daemon, daemon.connect("upload") as client:
            self.assertEqual(answer_to(client, b"picture.png", content), "stored 3000000 bytes\n")
            self.assertEqual((self.directory / "picture.png").read_bytes(), content)
            daemon.wait_for("uploaded", name="picture.png", size=3_000_000)

    def test_an_empty_file_and_a_name_of_twelve_bytes_are_fine(self) -> None:
        with self.daemon() as daemon, daemon.connect("upload") as client:
            self.assertEqual(answer_to(client, b"abcdefgh.txt", b""), "stored 0 bytes\n")
        self.assertEqual(os.listdir(self.directory), ["abcdefgh.txt"])

    def test_no_name_leaves_the_directory(self) -> None:
        for name in (b"../x", b"/tmp/x", b"..", b".", b"", b".hidden", b"a/b", b"a\0b", b"-rf", b"a b", b"\xff"):
            with self.subTest(name), self.daemon() as daemon, daemon.connect("upload") as client:
                self.assertIn("refused: the name", answer_to(client, name, b"content"))
                daemon.wait_for("closed", reason="bad request")
        self.assertEqual(os.listdir(self.directory), [])
        self.assertEqual(os.listdir(self.outside), ["files"])

    def test_no_file_is_replaced(self) -> None:
        (self.directory / "mine").write_text("before")
        with self.daemon() as daemon, daemon.connect("upload") as client:
            self.assertEqual(answer_to(client, b"mine", b"after"), "refused: there is a file of this name\n")
        self.assertEqual((self.directory / "mine").read_text(), "before")

    def test_a_file_that_is_too_large_leaves_nothing(self) -> None:
        with self.daemon("--upload-max", "1000") as daemon, daemon.connect("upload") as client:
            self.assertEqual(answer_to(client, b"large", b"x" * 1001), "refused: the file is too large\n")
            daemon.wait_for("closed", reason="message too large")
        self.assertEqual(os.listdir(self.directory), [])

    def test_a_client_that_breaks_off_leaves_nothing(self) -> None:
        with self.daemon() as daemon:
            with daemon.connect("upload") as client:
                client.sendall(b"half".ljust(12, b"\0") + b"x" * 100_000)
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # resets
            daemon.wait_for("closed")
        self.assertEqual(os.listdir(self.directory), [])

    def test_a_client_that_pauses_for_too_long_leaves_nothing(self) -> None:
        with self.daemon("--upload-pause", "100ms") as daemon, daemon.connect("upload") as client:
            client.sendall(b"slow".ljust(12, b"\0") + b"x")
            self.assertEqual(client.makefile().read(), "refused: body time-out\n")
        self.assertEqual(os.listdir(self.directory), [])

    def test_a_file_that_cannot_be_kept_is_the_daemons_failure_and_logged(self) -> None:
        with self.daemon(expect_errors=True) as daemon, daemon.connect("upload") as client:
            self.directory.rmdir()
            self.assertEqual(answer_to(client, b"name", b"content"), "failed: the file could not be kept\n")
            daemon.wait_for("upload-failed", name="name")

    def test_a_directory_that_takes_no_files_is_a_mistake_that_a_check_finds(self) -> None:
        for directory, words in ((str(self.outside / "missing"), "cannot be opened"), ("/proc", "takes no files")):
            with self.subTest(directory):
                options = ["--upload", "0", "--upload-directory", directory]
                with self.assertRaisesRegex(AssertionError, f"(?s)status 2 .*upload-directory: .*{words}"):
                    Daemon(*options)
                checked = subprocess.run([find_program(), *options, "--check"], capture_output=True, text=True)
                self.assertEqual(checked.returncode, 2)
                self.assertIn(words, checked.stderr)


if __name__ == "__main__":
    unittest.main()

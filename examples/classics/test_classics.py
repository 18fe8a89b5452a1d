# SPDX-License-Identifier: BSL-1.0
import datetime
import socket
import unittest

from polyport_daemon import Daemon

# The daemon sends no UDP answer that is longer than what it answers.
REQUEST = b"?" * 100


def receive(client: socket.socket, size: int) -> bytes:
    result = b""
    while len(result) < size:
        more = client.recv(size - len(result))
        if not more:
            break
        result += more
    return result


class Classics(unittest.TestCase):
    def test_echo(self) -> None:
        every_byte = bytes(range(256)) * 300
        with Daemon("--tcp-echo", "0", "--udp-echo", "0") as daemon:
            with daemon.connect("tcp-echo") as client:
                client.sendall(every_byte)
                client.shutdown(socket.SHUT_WR)
                self.assertEqual(receive(client, len(every_byte) + 1), every_byte)
            with daemon.connect("udp-echo") as client:
                client.send(b"hello")
                self.assertEqual(client.recv(100), b"hello")

    def test_discard(self) -> None:
        with Daemon("--tcp-discard", "0", "--udp-discard", "0") as daemon:
            with daemon.connect("tcp-discard") as client:
                client.sendall(b"x" * 1_000_000)
                client.shutdown(socket.SHUT_WR)
                self.assertEqual(client.recv(1), b"")
            self.assertEqual(daemon.wait_for("closed")["received"], 1_000_000)
            with daemon.connect("udp-discard") as client:
                client.send(b"hello")
                daemon.wait_for("flow-opened", service="udp-discard")
                client.settimeout(0.1)
                with self.assertRaises(TimeoutError):
                    client.recv(100)

    def test_daytime(self) -> None:
        with Daemon("--tcp-daytime", "0", "--udp-daytime", "0") as daemon:
            with daemon.connect("tcp-daytime") as client:
                over_tcp = receive(client, 1000).decode()
            with daemon.connect("udp-daytime") as client:
                client.send(b"")  # as the RFC has it, which would answer whoever's address is on it
                daemon.wait_for("refused", service="udp-daytime", reason="answer-too-large")
                client.send(REQUEST)
                over_udp = client.recv(1000).decode()
        for text in (over_tcp, over_udp):
            then = datetime.datetime.strptime(text, "%A, %B %d, %Y %H:%M:%S-UTC\r\n")
            now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
            self.assertLess(abs(now - then), datetime.timedelta(seconds=60))

    def test_chargen(self) -> None:
        lines = ["".join(chr(32 + (n + i) % 95) for i in range(72)) + "\r\n" for n in range(96)]
        with Daemon("--tcp-chargen", "0", "--udp-chargen", "0") as daemon:
            with daemon.connect("tcp-chargen") as client:
                client.sendall(b"never mind")
                self.assertEqual(receive(client, 74 * 96).decode(), "".join(lines))
            daemon.wait_for("closed", service="tcp-chargen")
            with daemon.connect("udp-chargen") as first, daemon.connect("udp-chargen") as second:
                for client, line in ((first, 0), (first, 1), (second, 0), (first, 2)):
                    client.send(REQUEST)
                    self.assertEqual(client.recv(1000).decode(), lines[line])

    def test_chargen_leaves_the_others_their_turn(self) -> None:
        with Daemon("--tcp-chargen", "0", "--tcp-echo", "0") as daemon, daemon.connect("tcp-chargen") as greedy:
            receive(greedy, 1_000_000)
            with daemon.connect("tcp-echo") as client:
                client.sendall(b"hello")
                receive(greedy, 1_000_000)
                self.assertEqual(receive(client, 5), b"hello")

    def test_what_polyportd_serves_is_there_too(self) -> None:
        with Daemon("--tcp-uppercase", "0") as daemon, daemon.connect("tcp-uppercase") as client:
            client.sendall(b"hello")
            self.assertEqual(client.recv(5), b"HELLO")


if __name__ == "__main__":
    unittest.main()

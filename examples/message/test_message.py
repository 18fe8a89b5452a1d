# SPDX-License-Identifier: BSL-1.0
import unittest
import urllib.request

from polyport_daemon import Daemon


class Message(unittest.TestCase):
    def test_each_message_is_logged_with_its_peer_and_acknowledged(self) -> None:
        with Daemon("--message", "0") as daemon, daemon.connect("message") as client:
            for text in ("hello", "again"):
                client.sendall(text.encode())
                self.assertEqual(client.recv(100), b"server recv success")
            record = daemon.wait_for("message", text="again")
            self.assertEqual(record["remote"], "%s:%d" % client.getsockname())
            self.assertEqual(record["service"], "message")

    def test_what_a_peer_sends_forges_no_line_of_the_log(self) -> None:
        with Daemon("--message", "0") as daemon, daemon.connect("message") as client:
            client.sendall(b'x\n{"level":"error"}\x1b[2J')
            self.assertEqual(client.recv(100), b"server recv success")
            daemon.wait_for("message", text='x\n{"level":"error"}\x1b[2J')

    def test_it_serves_unix_sockets_too(self) -> None:
        with Daemon("--message", "@polyport-message-test") as daemon, daemon.connect("message") as client:
            client.sendall(b"hello")
            self.assertEqual(client.recv(100), b"server recv success")

    def test_a_browser_gets_a_page_with_its_raw_request(self) -> None:
        with Daemon("--message", "0") as daemon:
            at = daemon.endpoint("message")
            with urllib.request.urlopen(f"http://{at.address}:{at.port}/a?<b>", timeout=10) as answer:
                page = answer.read().decode()
            self.assertIn("GET /a?&lt;b>", page)
            self.assertIn("User-Agent: Python-urllib", page)
            self.assertNotIn("<b>", page)

    def test_a_request_that_comes_in_pieces_gets_one_page(self) -> None:
        request = b"GET /cut HTTP/1.1\r\nHost: a\r\n\r\n"
        for cut in (len(b"GET /"), len(b"GET /cut HT"), len(request) - 1):
            with self.subTest(cut), Daemon("--message", "0") as daemon, daemon.connect("message") as client:
                client.sendall(request[:cut])
                self.received(daemon, cut)
                client.sendall(request[cut:])
                page = client.makefile().read()
                self.assertTrue(page.startswith("HTTP/1.1 200 OK"))
                self.assertIn("<pre>GET /cut HTTP/1.1", page)
                daemon.wait_for("closed")
                self.assertEqual(len(daemon.records("message")), 1)

    def test_what_only_looks_like_a_request_is_a_message(self) -> None:
        with Daemon("--message", "0") as daemon, daemon.connect("message") as client:
            client.sendall(b"GET /tmp and all that")
            self.assertEqual(client.recv(100), b"server recv success")
            daemon.wait_for("message", text="GET /tmp and all that")

    def received(self, daemon: Daemon, size: int) -> None:
        """Waits until the daemon has read so much, so that what follows is another read of it."""
        while [c["received"] for c in daemon.connections()] != [size]:
            pass


if __name__ == "__main__":
    unittest.main()

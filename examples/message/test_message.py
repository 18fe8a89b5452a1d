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


if __name__ == "__main__":
    unittest.main()

"""A bad network: a TCP proxy between browser and server that can be told how to misbehave."""

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from tests.e2e.stage import Server

Mode = Literal["pass", "html", "error", "slow", "cut", "lose", "gone"]

PATIENCE = 30  # seconds; the machine may be busy
PORTAL = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 43\r\nConnection: close\r\n\r\n"
    b"<html><body>Welcome to our WiFi</body></html>"[:43]
)
FAILURE = b"HTTP/1.1 500 Oops\r\nContent-Type: text/plain\r\nContent-Length: 4\r\nConnection: close\r\n\r\noops"


@dataclass
class Proxy:
    """Forwards connections to `target`. Each connection carries one request.

    pass: as it is · html: a captive portal's page instead · error: status 500 instead · slow: two seconds late ·
    cut: the first half of the answer, then nothing · lose: the request arrives, its answer does not · gone: nothing
    arrives, of the app's own files neither.
    """

    target: int
    mode: Mode = "pass"
    port: int = 0
    requests: list[str] = field(default_factory=list)
    _came: threading.Condition = field(default_factory=threading.Condition)

    def start(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def wait_for(self, beginning: str) -> None:
        """A request has come that is written down so."""
        with self._came:
            came = self._came.wait_for(lambda: any(each.startswith(beginning) for each in self.requests), PATIENCE)
        assert came, self.requests

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, browser: socket.socket) -> None:
        with suppress(OSError), browser:
            request = _read_request(browser)
            if not request:
                return
            line = request.split(b"\r\n", 1)[0].decode(errors="replace")
            mode = self.mode if self.mode == "gone" or " /api/" in line else "pass"
            with self._came:
                self.requests.append(f"{mode} {line}")
                self._came.notify_all()
            browser.sendall(self._answer(request, mode))

    def _answer(self, request: bytes, mode: Mode) -> bytes:
        if mode == "html":
            return PORTAL
        if mode == "error":
            return FAILURE
        if mode == "gone":
            return b""
        if mode == "slow":
            time.sleep(2)
        answer = self._forward(request)
        if mode == "lose":
            return b""
        return answer[: len(answer) // 2] if mode == "cut" else answer

    def _forward(self, request: bytes) -> bytes:
        head, _, body = request.partition(b"\r\n\r\n")
        lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
        with socket.create_connection(("127.0.0.1", self.target)) as server:
            server.sendall(b"\r\n".join([*lines, b"Connection: close"]) + b"\r\n\r\n" + body)
            return b"".join(iter(lambda: server.recv(65536), b""))


def _read_request(browser: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = browser.recv(65536)
        if not piece:
            return b""
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    missing = (int(lengths[0]) if lengths else 0) - len(body)
    while missing > 0:
        piece = browser.recv(65536)
        if not piece:
            return b""
        data, missing = data + piece, missing - len(piece)
    return data


class Renewed(Proxy):
    """Serves, once it is told to, a service worker of another version; a stuck one does not take over."""

    newer = False
    stuck = False

    def _forward(self, request: bytes) -> bytes:
        answer = super()._forward(request)
        if self.newer and request.startswith(b"GET /sw.js"):
            answer = re.sub(rb"version:`[0-9a-f]{12}`", b"version:`bbbbbbbbbbbb`", answer)
            return answer.replace(b"`take over`", b"`take-over`") if self.stuck else answer
        return answer


P = TypeVar("P", bound=Proxy)


@contextmanager
def standing_before(server: Server, kind: type[P]) -> Iterator[P]:
    """Between the server and all phones that are switched on from now on."""
    between = kind(server.port)
    between.start()
    server.public_port = between.port
    try:
        yield between
    finally:
        between.stop()

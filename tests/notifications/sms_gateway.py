"""A gateway for text messages on loopback: it takes them, or says why not, or nothing."""

import base64
import json
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

SLOW, LOST, TORN = 0, -1, -2


@dataclass
class SmsGateway:
    """`says`: what it answers next, the last one for ever: a status; SLOW: until all is over; LOST: it takes the
    message, and the connection ends without an answer; TORN: it ends before the request was read.

    `taken`: what each phone would show, by its number.
    """

    origin: str
    says: list[int] = field(default_factory=lambda: [201])
    retry_after: str = ""
    taken: dict[str, list[str]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str], dict[str, str]]] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def counts(self) -> Counter[int]:
        """How many phones got how many messages."""
        return Counter(map(len, self.taken.values()))

    def next(self) -> int:
        with self.lock:
            return self.says.pop(0) if len(self.says) > 1 else self.says[0]

    def take(self, path: str, headers: dict[str, str], told: dict[str, str]) -> None:
        to = told.get("To") or told.get("to") or told["number"]
        with self.lock:
            self.asked.append((path, headers, told))
            self.taken.setdefault(to, []).append(told.get("Body") or told.get("text") or told["body"])


def told_of(headers: dict[str, str], body: bytes) -> dict[str, str]:
    if headers["content-type"] == "application/json":
        told: dict[str, str] = json.loads(body)
        return told
    return {name: values[0] for name, values in parse_qs(body.decode(), strict_parsing=True).items()}


def signed_in(headers: dict[str, str]) -> str:
    """Who asked: user and password, or a token."""
    kind, _, secret = headers.get("authorization", " ").partition(" ")
    return base64.b64decode(secret).decode() if kind == "Basic" else secret


@contextmanager
def texting() -> Iterator[SmsGateway]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            status = gateway.next()
            if status == TORN:
                self.hang_up()
                return
            headers = {name.lower(): said for name, said in self.headers.items()}
            told = told_of(headers, self.rfile.read(int(headers["content-length"])))
            if status == SLOW:
                gateway.closing.wait()
            if status in {201, LOST}:
                gateway.take(self.path, headers, told)
            if status in {SLOW, LOST}:
                self.hang_up()
                return
            # A real one repeats whom it was for, and nobody may keep that.
            text = json.dumps({"code": 21211 if status == 400 else None, "message": f"No: {told}"}).encode()
            self.send_response(status)
            if gateway.retry_after:
                self.send_header("Retry-After", gateway.retry_after)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def hang_up(self) -> None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    gateway = SmsGateway(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield gateway
    finally:
        gateway.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()

"""Another system on loopback, which takes webhooks, or does not."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Receiver:
    """`says`: what it answers next, the last one for ever; `hangs`: seconds until it answers. `taken`: the ids of those
    to which it said that it has them."""

    url: str = ""
    says: list[int] = field(default_factory=lambda: [200])
    hangs: float = 0
    heard: list[tuple[Message, bytes]] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    location: str = ""

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.heard]


@contextmanager
def listening(port: int = 0, known: Receiver | None = None) -> Iterator[Receiver]:
    """By default on any port, as another one; else the given one, which was away."""
    receiver = known or Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.heard.append((self.headers, body))
            time.sleep(receiver.hangs)
            status = receiver.says.pop(0) if len(receiver.says) > 1 else receiver.says[0]
            if 200 <= status < 300:
                receiver.taken.append(self.headers["webhook-id"])
            try:
                self.send_response(status)
                if receiver.location:
                    self.send_header("Location", receiver.location)
                self.end_headers()
                self.wfile.write(b"Thank you." + b"x" * 5_000)
            except OSError:
                pass  # whoever asked has gone

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

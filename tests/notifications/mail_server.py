"""A mail server on loopback: as much of SMTP as a sender needs, and all that can go wrong with it."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

LOST, SILENT = -1, 0


@dataclass
class MailServer:
    """`says`: what it answers next to a whole message, the last one for ever: 250, or another code; LOST: it takes it,
    and the connection ends; SILENT: nothing. `refuses`: by address, what it answers to it; `greets`: what it says
    first.
    """

    port: int
    says: list[int] = field(default_factory=lambda: [250])
    refuses: dict[str, int] = field(default_factory=dict)
    greets: int = 220
    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)
    connections: int = 0
    closing: threading.Event = field(default_factory=threading.Event)

    def next(self) -> int:
        return self.says.pop(0) if len(self.says) > 1 else self.says[0]


class _Talk(socketserver.StreamRequestHandler):
    """One connection, command by command."""

    post: MailServer

    def handle(self) -> None:
        self.post.connections += 1
        self.say(self.post.greets)
        to = ""
        while line := self.rfile.readline():
            match line.split()[0].upper():
                case b"RCPT":
                    to = line.decode().partition("<")[2].partition(">")[0]
                    self.say(self.post.refuses.get(to, 250))
                case b"DATA":
                    self.say(354)
                    if not self.take(to):
                        return
                case b"QUIT":
                    self.say(221)
                    return
                case _:
                    self.say(250)

    def take(self, to: str) -> bool:
        raw = b"".join(iter(self.rfile.readline, b".\r\n"))
        code = self.post.next()
        if code in {250, LOST}:
            self.post.taken.append((to, message_from_bytes(raw, policy=policy.default)))
        if code == SILENT:
            self.post.closing.wait()
        if code in {LOST, SILENT}:
            return False
        self.say(code, f"No: {to}" if code != 250 else "Taken")
        return True

    def say(self, code: int, text: str = "Yes") -> None:
        self.wfile.write(f"{code} {text}\r\n".encode())


@contextmanager
def post_office() -> Iterator[MailServer]:
    class Talk(_Talk):
        pass

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk)
    server.daemon_threads = True
    Talk.post = MailServer(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield Talk.post
    finally:
        Talk.post.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()

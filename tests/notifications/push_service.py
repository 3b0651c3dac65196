"""A push service on loopback, and browsers of it: it checks who sends, and browsers read what they get.

The signature is checked by hand with `cryptography`, not by what made it; what is encrypted is read with http_ece and
the browser's own key.
"""

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import http_ece
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature


def _plain(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _coded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class Browser:
    """`says`: what its push service answers next, the last one for ever: 201, or another status."""

    endpoint: str
    says: list[int] = field(default_factory=lambda: [201])
    retry_after: str = ""
    pushes: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    secret: bytes = b"sixteen secrets!"

    @property
    def keys(self) -> dict[str, str]:
        point = self.key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        return {"p256dh": _coded(point), "auth": _coded(self.secret)}

    def read(self, body: bytes) -> dict[str, Any]:
        told = http_ece.decrypt(body, private_key=self.key, auth_secret=self.secret, version="aes128gcm")
        said: dict[str, Any] = json.loads(told)
        return said

    @property
    def shown(self) -> list[dict[str, Any]]:
        return [each["notification"] for each in self.pushes]


@dataclass
class PushService:
    """`key`: the public key that it was told who may send by, as base64url; any other is refused with 403."""

    origin: str
    key: str
    browsers: dict[str, Browser] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def browser(self, *says: int, **how: Any) -> Browser:
        path = f"/push/{len(self.browsers)}"
        found = Browser(self.origin + path, says=list(says) or [201], **how)
        self.browsers[path] = found
        return found

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, str, str]:
        """Status, text, and Retry-After."""
        if why := self.why_not(headers):
            self.refused.append(why)
            return 403, why, ""
        browser = self.browsers.get(path)
        if browser is None:
            return 404, "nobody is here", ""
        status = browser.says.pop(0) if len(browser.says) > 1 else browser.says[0]
        if status == 0:  # slow: until all is over
            self.closing.wait()
        if status == 413 and len(body) < 450:
            status = 201
        if status == 201:
            browser.headers.append(headers)
            browser.pushes.append(browser.read(body))
        return status, "x" * 5_000, browser.retry_after if status in {429, 503} else ""

    def why_not(self, headers: dict[str, str]) -> str:
        """As RFC 8292 has it; "" when all is right."""
        kind, _, rest = headers.get("authorization", "").partition(" ")
        parts = dict(each.strip().split("=", 1) for each in rest.split(",") if "=" in each)
        if kind != "vapid" or parts.keys() != {"t", "k"} or parts["k"] != self.key:
            return "not by this key"
        signed, _, signature = parts["t"].rpartition(".")
        head, claims = (json.loads(_plain(each)) for each in signed.split("."))
        if head != {"typ": "JWT", "alg": "ES256"}:
            return "not ES256"
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _plain(parts["k"]))
        raw = _plain(signature)
        der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
        try:
            public.verify(der, signed.encode(), ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return "signed by somebody else"
        if claims["aud"] != self.origin:
            return f"for {claims['aud']}"
        if not 0 < claims["exp"] - time.time() <= 24 * 3600:
            return "too old, or good for too long"
        return "" if claims["sub"].startswith(("mailto:", "https:")) else "from nobody"


@contextmanager
def serving(key: str) -> Iterator[PushService]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # so that one connection carries many

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): said for name, said in self.headers.items()}
            status, text, retry_after = service.answer(self.path, headers, body)
            try:
                self.send_response(status or 503)
                if retry_after:
                    self.send_header("Retry-After", retry_after)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())
            except OSError:
                pass  # whoever asked has gone

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True  # keep-alive connections end with whoever keeps them
    service = PushService(f"http://127.0.0.1:{server.server_port}", key)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield service
    finally:
        service.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()

"""Real phones on a local network: HTTPS by an authority of our own, at an address other than 127.0.0.1."""

import base64
import hashlib
import http.client
import shlex
import ssl
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Page, WebSocket, expect

from eventsync.lan.authority import Identity, fingerprint
from eventsync.lan.keeping import prepare
from tests.e2e.stage import ROOT, Phone, Server, axe, sideways
from tests.ports import free_port

LAN = "127.0.0.2"


@dataclass
class LanServer(Server):
    """As Procfile.lan starts it, with certificates in its own folder."""

    trust_port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        self.authority: Identity = prepare(self.folder / "lan", address=IPv4Address(LAN), now=datetime.now(UTC))[0]

    @property
    def url(self) -> str:
        return f"https://{LAN}:{self.port}"

    @property
    def trust_url(self) -> str:
        return f"http://{LAN}:{self.trust_port}/trust"

    @property
    def environment(self) -> dict[str, str]:
        lan = {"LAN": LAN, "LAN_PORT": str(self.port), "TRUST_PORT": str(self.trust_port)}
        return super().environment | lan | {"EVENTSYNC_AUTHORITY": str(self.folder / "lan" / "authority.crt")}

    @property
    def command(self) -> list[str]:
        web = next(line for line in (ROOT / "Procfile.lan").read_text().splitlines() if line.startswith("web: "))
        folder = shlex.quote(str(self.folder / "lan"))
        return ["bash", "-c", web.removeprefix("web: ").replace("var/lan", folder)]

    @property
    def trusting(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.folder / "lan" / "authority.crt"))

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=1, context=self.trusting) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LanServer]:
    stage = LanServer(tmp_path)
    stage.manage("migrate", "--verbosity", "0")
    stage.manage("demo", "--people", "30", "--no-invite")
    with stage:
        yield stage


@pytest.fixture
def trusting_phone(server: LanServer, new_phone: Callable[..., Phone]) -> Phone:
    """Chromium takes this one key as if an authority that it knows had vouched for it."""
    certificate = (server.folder / "lan" / "server.crt").read_bytes()
    return new_phone(switches=[f"--ignore-certificate-errors-spki-list={key_pin(certificate)}"])


def key_pin(certificate: bytes) -> str:
    key = x509.load_pem_x509_certificate(certificate).public_key()
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(spki).digest()).decode()


@pytest.mark.long
def test_a_phone_on_the_local_network_works_on_when_the_server_is_gone(
    server: LanServer, trusting_phone: Phone
) -> None:
    phone = trusting_phone
    phone.enrol(server.enrolment_link(venue=server.venue()), name="Maria", checkpoint="Main door")
    phone.wait_until_ready(30)
    assert phone.page.evaluate("() => [isSecureContext, 'mediaDevices' in navigator]") == [True, True]
    assert poked_by(phone.page) == f"wss://{LAN}:{server.port}/ws/v1/poke"
    server.stop()
    phone.page.reload()
    expect(phone.page.get_by_text("30 people on the list")).to_be_visible()
    assert phone.page.evaluate("() => navigator.serviceWorker.controller !== null") is True
    server.start()


def poked_by(page: Page) -> str:
    """The address of a socket on which the server has spoken."""
    spoke: list[str] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda _: spoke.append(socket.url))

    page.on("websocket", listen)
    page.reload()
    while not spoke:
        page.wait_for_timeout(100)
    return spoke[0]


@pytest.mark.long
def test_a_phone_that_does_not_trust_yet_is_told_how(server: LanServer, new_phone: Callable[..., Phone]) -> None:
    page = new_phone().page
    page.goto(server.trust_url)
    expect(page.get_by_role("heading", name="Let this phone trust the server")).to_be_visible()
    expect(page.get_by_text(fingerprint(server.authority.certificate))).to_be_visible()
    assert axe(page) == []
    assert sideways(page) == []
    page.get_by_role("link", name="العربية").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.get_by_text(fingerprint(server.authority.certificate))).to_be_visible()
    assert axe(page) == []
    assert sideways(page) == []
    page.get_by_role("link", name="English").click()
    with page.expect_download() as coming:
        page.get_by_role("link", name="Get the certificate").click()
    assert coming.value.suggested_filename == "eventsync-authority.crt"
    assert coming.value.path().read_bytes() == server.authority.certificate.public_bytes(Encoding.DER)


@pytest.mark.long
def test_all_but_that_page_is_left_to_https(server: LanServer) -> None:
    led = {}
    for path in ("/app/", "/admin/", "/api/v1/streams", "/rescue"):
        with closing(http.client.HTTPConnection(LAN, server.trust_port, timeout=20)) as connection:
            connection.request("GET", path)
            answer = connection.getresponse()
            led[path] = (answer.status, answer.headers["Location"])
    assert led == {path: (301, server.url + path) for path in led}

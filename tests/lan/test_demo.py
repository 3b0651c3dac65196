"""`make demo LAN=…`, the command itself: what it prints leads real phones to a server that they learn to trust."""

import io
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from time import monotonic

import pytest
import segno
from cryptography import x509

from eventsync.lan.authority import fingerprint
from tests.ports import free_port

pytestmark = pytest.mark.long

ROOT = Path(__file__).parent.parent.parent
LAN = "127.0.0.2"  # stands for the address that this computer has in some network
PATIENCE = 240  # seconds; it may have to build the front end


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The project as it is, with a `var/` of its own; what was installed is the project's."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    place = tmp_path / "project"
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, place / name)
    shutil.copytree(ROOT / "static/dist", place / "static/dist", dirs_exist_ok=True)
    (place / ".venv").symlink_to((ROOT / ".venv").resolve())
    modules = place / "frontend/node_modules"
    modules.mkdir()
    for each in (ROOT / "frontend/node_modules").resolve().iterdir():
        if each.name in {".installed", ".built"}:  # it writes these
            shutil.copy2(each, modules)
        else:
            (modules / each.name).symlink_to(each)
    return place


@pytest.fixture
def port() -> int:
    """One that is free with the next, which is for the page of trust."""
    found = free_port()
    while (following := free_port()) != found + 1:
        found = following
    return found


@pytest.fixture
def demo(copy: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("EVENTSYNC_", "DJANGO_"))}
    command = ["make", "--silent", "demo", f"LAN={LAN}", f"PORT={port}"]
    with subprocess.Popen(
        command, cwd=copy, env=ours, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as running:
        try:
            yield running
        finally:
            if running.poll() is None:
                os.killpg(running.pid, signal.SIGTERM)


def reading(process: subprocess.Popen[str]) -> Callable[[str], str]:
    """Answers with all that was printed up to a line that begins so."""
    lines: Queue[str] = Queue()
    printed: list[str] = []

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.put(line)

    Thread(target=read, daemon=True).start()

    def until(start: str) -> str:
        deadline = monotonic() + PATIENCE
        while not (printed and printed[-1].startswith(start)):
            try:
                printed.append(lines.get(timeout=max(0.1, deadline - monotonic())))
            except Empty:
                raise AssertionError(f"no “{start}” in:\n{''.join(printed)}") from None
        return "".join(printed)

    return until


def as_printed(address: str) -> str:
    """The QR code of an address as a terminal shows it."""
    image = io.StringIO()
    segno.make(address).terminal(out=image, compact=True)
    return image.getvalue().strip()


def test_what_it_prints_leads_phones_to_trust_it_and_to_the_door(
    demo: subprocess.Popen[str], copy: Path, port: int
) -> None:
    until = reading(demo)
    printed = until("Running at ")
    logged = (copy / "var/demo.log").read_text()
    assert [any(line.startswith("{") for line in text.splitlines()) for text in (printed, logged)] == [False, True]
    page, app = f"http://{LAN}:{port + 1}/trust", f"https://{LAN}:{port}"
    authority = copy / "var/lan/authority.crt"
    number = fingerprint(x509.load_pem_x509_certificate(authority.read_bytes()))
    trust, _, door = printed.partition("Then scan the code for phones at the door, below.")
    assert (
        "Phones must trust this computer, once each (its certificate is new: those that trusted an older one, too)."
        in trust
    )
    assert page in trust
    assert as_printed(page) in trust
    assert number in trust
    [link] = re.findall(rf"^({re.escape(app)}/app/#enrol=[A-Z2-9-]+)$", door, re.MULTILINE)
    assert as_printed(link) in door
    assert f"Running at {app} (log: var/demo.log). Ctrl-C stops everything." in door

    with urllib.request.urlopen(page, timeout=20) as answer:
        assert number in answer.read().decode()
    trusting = ssl.create_default_context(cafile=str(authority))
    with urllib.request.urlopen(f"{app}/readyz", timeout=20, context=trusting) as answer:
        assert answer.status == 200
    assert enrolled(app, link.partition("=")[2], trusting) == "door"

    os.killpg(demo.pid, signal.SIGINT)  # as a terminal does
    assert until("Stopped.").endswith("Stopped. The data is kept in var/.\n")
    assert demo.wait(PATIENCE) in {2, -signal.SIGINT}  # make's own words for an interrupt
    for each in (port, port + 1):
        with socket.socket() as probe:
            assert probe.connect_ex((LAN, each)) != 0


def enrolled(app: str, code: str, trusting: ssl.SSLContext) -> str:
    """The profile that a phone gets for the code of the link."""
    said = {"code": code, "device": str(uuid.uuid4()), "name": "Maria’s phone", "app_version": "0.1.0", "protocol": 1}
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{app}/api/v1/enrol", json.dumps(said).encode(), headers)
    with urllib.request.urlopen(request, timeout=20, context=trusting) as answer:
        return str(json.load(answer)["profile"]["name"])

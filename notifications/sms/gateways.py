"""By what text messages go out: each gateway takes messages, and says of each what became of it.

A gateway that is spoken to over HTTP is told here how it wants to be asked; sms/posting.py asks it.
"""

import base64
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings

from eventsync.messaging import Sms

FILE = "sms.txt"
VALID_AT_MOST = 4 * 3600  # seconds that Twilio tries for


@dataclass(frozen=True, slots=True)
class Message:
    """`key`: of its delivery, the same at each try. `ttl`: seconds that it is of use."""

    key: UUID
    to: str = field(repr=False)
    text: str = field(repr=False)
    ttl: int


@dataclass(frozen=True, slots=True)
class Answer:
    """`status`: None when there was none; `gone`: it was sent all the same, so that nobody knows what became of it.

    `code`: the gateway's own number for what is wrong.
    """

    status: int | None
    gone: bool = False
    code: int | None = None
    retry_after: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class Gateway(AbstractContextManager["Gateway"], Protocol):
    def send(self, messages: Sequence[Message]) -> Sequence[Answer]:
        """Each has an answer, in their order."""


class Console:
    """For demos: on standard error, without the number."""

    def __enter__(self) -> "Console":
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def send(self, messages: Sequence[Message]) -> Sequence[Answer]:
        for each in messages:
            sys.stderr.write(f"A text message to …{each.to[-2:]}:\n{each.text}\n")
        return [Answer(200) for _ in messages]


class File(Console):
    """For demos: a line of JSON each, in a file that only its owner reads."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, messages: Sequence[Message]) -> Sequence[Answer]:
        self._path.touch(mode=0o600)
        with self._path.open("a", encoding="utf-8") as file:
            for each in messages:
                told = {"id": str(each.key), "to": each.to, "text": each.text}
                file.write(json.dumps(told, ensure_ascii=False) + "\n")
        return [Answer(200) for _ in messages]


def twilio(sms: Sms, message: Message) -> Request:
    """As its API of 2010 wants it, which others speak, too."""
    sender = "MessagingServiceSid" if sms.sender.startswith("MG") else "From"
    valid = str(min(max(message.ttl, 1), VALID_AT_MOST))
    told = {"To": message.to, sender: sms.sender, "Body": message.text, "ValidityPeriod": valid}
    url = f"{sms.url.rstrip('/')}/2010-04-01/Accounts/{sms.user}/Messages.json"
    return Request(url, _headers(sms, "application/x-www-form-urlencoded"), urlencode(told).encode())


def own(sms: Sms, message: Message) -> Request:
    """Any gateway that takes one message by one POST. One that knows the key sends the same only once."""
    said = {"to": message.to, "text": message.text, "from": sms.sender, "id": str(message.key)}
    told = {sms.fields[name]: value for name, value in said.items() if value}
    kind = "application/x-www-form-urlencoded" if sms.form else "application/json"
    body = urlencode(told) if sms.form else json.dumps(told, ensure_ascii=False)
    return Request(sms.url, {**_headers(sms, kind), "Idempotency-Key": str(message.key)}, body.encode())


def _headers(sms: Sms, kind: str) -> dict[str, str]:
    headers = {"Content-Type": kind, "Accept": "application/json"}
    if sms.password and not sms.user:
        headers["Authorization"] = f"Bearer {sms.password}"
    elif sms.user:
        secret = base64.b64encode(f"{sms.user}:{sms.password}".encode()).decode()
        headers["Authorization"] = f"Basic {secret}"
    return headers


_HTTP: Mapping[str, Callable[[Sms, Message], Request]] = {"twilio": twilio, "http": own}


def gateway() -> Gateway:
    """That of the settings."""
    sms = settings.SMS
    if sms.gateway in _HTTP:
        from notifications.sms.posting import Poster  # noqa: PLC0415 - each command would wait for aiohttp

        return Poster(sms, _HTTP[sms.gateway])
    return File(settings.VAR_DIR / FILE) if sms.gateway == "file" else Console()

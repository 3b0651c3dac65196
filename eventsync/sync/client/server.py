"""The server as a device sees it: every way in which a request can end is one of three kinds. Nothing here raises."""

import gzip
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import quote

BASE = "/api/v1/"
EPOCH = "X-EventSync-Epoch"
_COMPRESS_FROM = 1024  # bytes

# The codes of docs/protocol.md section 1, and the only status that each may come with.
_STATUS_OF = {
    "malformed": 400,
    "unauthenticated": 401,
    "forbidden": 403,
    "device_revoked": 403,
    "not_found": 404,
    "version_conflict": 409,
    "cursor_expired": 410,
    "too_large": 413,
    "upgrade_required": 426,
    "slow_down": 429,
    "unavailable": 503,
}


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP answer, whole. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class NoAnswer(Exception):
    """The request ended without a whole answer: refused, cut, lost, late."""


class Transport(Protocol):
    """Carries one request. NoAnswer when no whole answer came back; redirects are answers, and are not followed."""

    async def request(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes | None) -> Response: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """The server answered. `sent_at`, `heard_at`: the device's clock around it."""

    body: bytes
    epoch: str
    sent_at: datetime
    heard_at: datetime

    def json(self) -> Any:
        """The body as JSON; None when it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Refusal:
    """The server said no, in its own words. `retry_after`: seconds."""

    code: str
    message: str
    reason: str
    retry_after: float | None
    epoch: str


@dataclass(frozen=True, slots=True)
class Offline:
    """Nobody answered, or somebody who is not our server: a captive portal, a proxy, a broken deployment."""

    why: str


Reply = Answer | Refusal | Offline


class Server:
    """Speaks HTTP through a transport. `now` is the device's clock."""

    def __init__(self, transport: Transport, now: Callable[[], datetime]) -> None:
        self._transport = transport
        self._now = now

    async def enrol(self, request: Mapping[str, Any]) -> Reply:
        return await self._exchange("POST", "enrol", None, request)

    async def device(self, token: str) -> Reply:
        return await self._exchange("GET", "device", token)

    async def push(self, token: str, envelope: Mapping[str, Any]) -> Reply:
        return await self._exchange("POST", "push", token, envelope)

    async def streams(self, token: str) -> Reply:
        return await self._exchange("GET", "streams", token)

    async def changes(self, token: str, stream: str, *, after: int, base: int | None, limit: int) -> Reply:
        query = f"after={after}&limit={limit}" + (f"&base={base}" if base is not None else "")
        return await self._exchange("GET", f"streams/{quote(stream, safe=':')}/changes?{query}", token)

    async def _exchange(
        self, method: str, path: str, token: str | None, said: Mapping[str, Any] | None = None
    ) -> Reply:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        body = None if said is None else json.dumps(said).encode()
        if body is not None:
            headers["Content-Type"] = "application/json"
        if body is not None and len(body) > _COMPRESS_FROM:
            body, headers["Content-Encoding"] = gzip.compress(body, compresslevel=1), "gzip"
        sent_at = self._now()
        try:
            response = await self._transport.request(method, BASE + path, headers=headers, body=body)
        except NoAnswer as silence:
            return Offline(str(silence))
        return classified(response, sent_at=sent_at, heard_at=self._now())


def classified(response: Response, *, sent_at: datetime, heard_at: datetime) -> Reply:
    """Any other status, a web page, or an answer without our epoch counts as offline."""
    epoch = response.headers.get(EPOCH.lower(), "")
    if not epoch:
        return Offline(f"no EventSync server answered (status {response.status})")
    if "html" in response.headers.get("content-type", ""):
        return Offline("a web page answered instead of the server")
    answer = Answer(response.body, epoch, sent_at, heard_at)
    return answer if 200 <= response.status < 300 else _refusal(response, answer)


def _refusal(response: Response, answer: Answer) -> Reply:
    said = answer.json()
    error = said.get("error") if isinstance(said, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    if not isinstance(error, dict) or not isinstance(code, str) or _STATUS_OF.get(code) != response.status:
        return Offline(f"the server answered with status {response.status}")
    fields = error.get("fields")
    reason = str(fields.get("reason", "")) if isinstance(fields, dict) else ""
    wait = response.headers.get("retry-after", "")
    return Refusal(
        code, str(error.get("message", code)), reason, float(wait) if wait.isdecimal() else None, answer.epoch
    )

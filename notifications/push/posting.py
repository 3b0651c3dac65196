"""One push: encrypted for its browser, signed for its push service, within a time and with one session for all.

Of pywebpush only the encryption is used: its sending follows redirects, reads answers of any length, and asks any
address. py-vapid signs.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

import aiohttp
from django.conf import settings
from py_vapid import Vapid02, VapidException
from pywebpush import WebPusher, WebPushException

from eventsync.jobs.webhooks.posting import Public, refuse_own_network
from notifications.posting import Posting

PATIENCE = 10  # seconds for each
AT_ONCE = 20
READ = 200  # bytes of an answer that are kept
LIFE = 12 * 3600  # seconds that a token is good for; services refuse more than a day
# What a stranger says of their browser may be anything, and keeps none of the others from theirs.
_BROKEN = (WebPushException, VapidException, ValueError, IndexError, TypeError)


@dataclass(frozen=True, slots=True)
class Push:
    """`key`: of its delivery; `body`: before it is encrypted; `ttl` in seconds."""

    key: UUID
    endpoint: str
    p256dh: str
    auth: str
    body: bytes
    ttl: int
    urgency: str
    topic: str


@dataclass(frozen=True, slots=True)
class Answer:
    """`status`: None when there was none. `unreadable`: nothing can be encrypted or signed for this browser."""

    status: int | None
    text: str = ""
    retry_after: str = ""
    unreadable: bool = False


class Sender(Posting):
    """Sends for one run of a job: one session, and one token for each push service."""

    def __init__(self, *, at: int) -> None:
        """`at`: now, in seconds since 1970."""
        super().__init__()
        self._until = at + LIFE
        self._vapid = Vapid02.from_raw(settings.VAPID_KEY.encode())
        self._tokens: dict[str, dict[str, str]] = {}

    def send(self, pushes: Iterable[Push]) -> list[tuple[Push, Answer]]:
        """All of them, some at once; each has an answer, be it none."""
        return self._loop.run(self._send(list(pushes)))

    async def _open(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(resolver=Public(private=settings.PUSH_PRIVATE), use_dns_cache=False)
        timeout = aiohttp.ClientTimeout(total=PATIENCE)
        return aiohttp.ClientSession(connector=connector, timeout=timeout, trust_env=False)

    async def _send(self, pushes: list[Push]) -> list[tuple[Push, Answer]]:
        room = asyncio.Semaphore(AT_ONCE)

        async def one(push: Push) -> Answer:
            async with room:
                return await self._post(push)

        return list(zip(pushes, await asyncio.gather(*map(one, pushes)), strict=True))

    async def _post(self, push: Push) -> Answer:
        assert self._session is not None
        try:
            body, headers = _encrypted(push), self._headers(push)
        except _BROKEN as error:
            return Answer(None, f"Its address or keys cannot be used ({type(error).__name__}).", unreadable=True)
        try:
            refuse_own_network(push.endpoint, private=settings.PUSH_PRIVATE)
            async with self._session.post(push.endpoint, data=body, headers=headers, allow_redirects=False) as answer:
                text = (await answer.content.read(READ)).decode(errors="replace").replace("\0", "")
                return Answer(answer.status, text, answer.headers.get("Retry-After", ""))
        except TimeoutError:
            return Answer(None, f"It did not answer within {PATIENCE} seconds.")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return Answer(None, f"It could not be reached ({type(error).__name__}).")

    def _headers(self, push: Push) -> dict[str, str]:
        own = {"TTL": str(push.ttl), "Urgency": push.urgency, "Topic": push.topic}
        kind = {"Content-Encoding": "aes128gcm", "Content-Type": "application/octet-stream"}
        return own | kind | self._token(push.endpoint)

    def _token(self, endpoint: str) -> dict[str, str]:
        """Made of fresh claims for each push service: the audience of one is refused by all others."""
        url = urlsplit(endpoint)
        audience = f"{url.scheme}://{url.netloc}"
        if audience not in self._tokens:
            claims = {"aud": audience, "exp": self._until, "sub": settings.PUSH_CONTACT}
            self._tokens[audience] = self._vapid.sign(claims)
        return self._tokens[audience]


def _encrypted(push: Push) -> bytes:
    told = {"endpoint": push.endpoint, "keys": {"p256dh": push.p256dh, "auth": push.auth}}
    body: bytes = WebPusher(told).encode(push.body, content_encoding="aes128gcm")["body"]
    return body

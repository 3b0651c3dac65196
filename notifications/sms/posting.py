"""Text messages over HTTP: each in a connection of its own, so that it is known whether a request went out at all."""

import asyncio
import json
from collections.abc import Callable, Sequence

import aiohttp

from eventsync.jobs.webhooks.posting import Public, refuse_own_network
from eventsync.messaging import Sms
from notifications.posting import Posting
from notifications.sms.gateways import Answer, Message, Request

PATIENCE = 15  # seconds for each
CONNECT = 5  # of these, until there is a connection
READ = 2_000  # bytes of an answer that are read
_NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL, ValueError)


class Poster(Posting):
    """Sends for one run of a job. `ask`: how the gateway wants to be asked."""

    def __init__(self, sms: Sms, ask: Callable[[Sms, Message], Request]) -> None:
        super().__init__()
        self._sms, self._ask = sms, ask

    def send(self, messages: Sequence[Message]) -> Sequence[Answer]:
        return self._loop.run(self._send(messages))

    async def _open(self) -> aiohttp.ClientSession:
        """A connection that is used again may be closed by the other side just then, before or after it took all."""
        resolver = Public(private=self._sms.private)
        connector = aiohttp.TCPConnector(resolver=resolver, use_dns_cache=False, force_close=True)
        timeout = aiohttp.ClientTimeout(total=PATIENCE, connect=CONNECT, sock_connect=CONNECT)
        return aiohttp.ClientSession(connector=connector, timeout=timeout, trust_env=False)

    async def _send(self, messages: Sequence[Message]) -> list[Answer]:
        return await asyncio.gather(*map(self._post, messages))

    async def _post(self, message: Message) -> Answer:
        assert self._session is not None
        request = self._ask(self._sms, message)
        try:
            refuse_own_network(request.url, private=self._sms.private)
            asking = self._session.post(request.url, data=request.body, headers=request.headers, allow_redirects=False)
            async with asking as answer:
                return await _read(answer)
        except _NOT_SENT:
            return Answer(None)
        except (aiohttp.ClientError, OSError, TimeoutError):
            return Answer(None, gone=True)


async def _read(answer: aiohttp.ClientResponse) -> Answer:
    """Its status counts, whatever becomes of the rest."""
    try:
        body = await answer.content.read(READ)
    except (aiohttp.ClientError, OSError, TimeoutError):
        body = b""
    return Answer(answer.status, code=_code(body), retry_after=answer.headers.get("Retry-After", ""))


def _code(body: bytes) -> int | None:
    """What is kept of an answer: a number. Its words may repeat whom it was for."""
    try:
        told = json.loads(body)
    except ValueError:
        return None
    code = told.get("code") if isinstance(told, dict) else None
    return code if isinstance(code, int) and 0 < code < 1_000_000 else None

"""One POST to an address that somebody typed in: never into our own network, never longer or larger than it may be."""

import asyncio
import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from django.conf import settings

from eventsync.jobs.webhooks.addresses import not_public, objection

PATIENCE = 10  # seconds for all of it
READ = 1_000  # bytes of an answer that are kept


class NotSent(Exception):
    """There was no answer. A sentence for a person."""


class NeverSent(NotSent):
    """There never will be one at this address."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`text`: its beginning."""

    status: int
    text: str

    @property
    def taken(self) -> bool:
        return 200 <= self.status < 300


def post(url: str, *, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Redirects are answers like others. NotSent when there is none within the time, or the address is not public."""
    try:
        if refusal := objection(url, private=settings.WEBHOOKS_PRIVATE):
            raise NeverSent(refusal)
        return asyncio.run(_post(url, body, headers))
    except TimeoutError:
        raise NotSent(f"It did not answer within {PATIENCE} seconds.") from None
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise NotSent(f"It could not be reached ({type(error).__name__}: {error})") from None


async def _post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    connector = aiohttp.TCPConnector(resolver=Public(private=settings.WEBHOOKS_PRIVATE), use_dns_cache=False)
    timeout = aiohttp.ClientTimeout(total=PATIENCE)
    async with (
        aiohttp.ClientSession(connector=connector, timeout=timeout, trust_env=False) as session,
        session.post(url, data=body, headers=dict(headers), allow_redirects=False) as answer,
    ):
        text = (await answer.content.read(READ)).decode(errors="replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
        return Answer(answer.status, text)


class Public(AbstractResolver):
    """Resolves names, and answers only with what may be connected to: what is checked is what is connected to.

    `private`: addresses of our own network may be.
    """

    def __init__(self, *, private: bool) -> None:
        self._inner, self._private = ThreadedResolver(), private

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        for each in found:
            if refusal := not_public(ipaddress.ip_address(each["host"].partition("%")[0]), private=self._private):
                raise ValueError(refusal)
        return found

    async def close(self) -> None:
        await self._inner.close()


def refuse_own_network(url: str, *, private: bool) -> None:
    """ValueError when nothing may ever go there, whatever a resolver says."""
    if refusal := objection(url, private=private):
        raise ValueError(refusal)

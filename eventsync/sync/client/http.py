"""Requests over aiohttp."""

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import Self

import aiohttp
from yarl import URL

from eventsync.sync.client.server import NoAnswer, Response

TIMEOUT = 20  # seconds without a whole answer


class HttpTransport:
    """One server, over keep-alive connections. An asynchronous context manager."""

    def __init__(self, url: str, *, timeout: float = TIMEOUT) -> None:
        self.url = url.rstrip("/")
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=self._timeout)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    @property
    def session(self) -> aiohttp.ClientSession:
        assert self._session is not None, "use it as a context manager"
        return self._session

    async def request(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes | None) -> Response:
        url = URL(self.url + path, encoded=True)
        try:
            async with self.session.request(method, url, headers=headers, data=body, allow_redirects=False) as answer:
                content = await self._read(answer)
                said = {name.lower(): value for name, value in answer.headers.items()}
                return Response(answer.status, said, content)
        except TimeoutError as error:
            raise NoAnswer("no answer in time") from error
        except (aiohttp.ClientError, asyncio.IncompleteReadError, OSError) as error:
            raise NoAnswer(f"no connection ({type(error).__name__})") from error

    async def _read(self, answer: aiohttp.ClientResponse) -> bytes:
        return await answer.read()

"""Many posts by one session of aiohttp, for code that waits for them."""

import asyncio
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self

import aiohttp


class Posting(ABC):
    """For one run of a job: opened before the first post, closed after the last."""

    def __init__(self) -> None:
        self._loop = asyncio.Runner()
        self._session: aiohttp.ClientSession | None = None

    def __enter__(self) -> Self:
        self._loop.__enter__()
        self._session = self._loop.run(self._open())
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._session is not None:
            self._loop.run(self._session.close())
        self._loop.__exit__(kind, error, at)

    @abstractmethod
    async def _open(self) -> aiohttp.ClientSession:
        """With the limits that this kind of post has."""

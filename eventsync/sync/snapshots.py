"""Pages as they go over the wire; those of a snapshot of an unchanged stream are made once and kept for everybody."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from eventsync.sync import compression, pull

ROOM = 64 * 1024 * 1024  # bytes that one process keeps at most
_OVERHEAD = 1024  # bytes that a kept page takes beside its body


@dataclass(frozen=True, slots=True)
class Encoded:
    """A page ready to send. Only those of a snapshot of the present head have an ETag: it names epoch and head."""

    body: bytes
    encoding: str
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Life:
    """What a kept page is true for: another epoch or another head, and it is of no use to anybody."""

    epoch: str
    head: int


@dataclass(frozen=True, slots=True)
class Request:
    """What makes two pages of one stream differ while its head stands."""

    after: int
    base: int
    limit: int
    encoding: str


class Shelf:
    """The kept pages of one process: of each stream those of its newest head, and in all no more than `room` bytes."""

    def __init__(self, room: int) -> None:
        self._room, self._taken = room, 0
        self._streams: OrderedDict[str, tuple[Life, dict[Request, Encoded]]] = OrderedDict()
        self._lock = threading.Lock()
        self._making: dict[tuple[str, Life, Request], threading.Lock] = {}

    def find_or_make(
        self, stream: str, life: Life, request: Request, make: Callable[[], tuple[Encoded, bool]]
    ) -> Encoded:
        """The kept page, or what `make` answers, kept when it says so. Who asks for the same meanwhile waits for it."""
        place = (stream, life, request)
        with self._lock:
            if (kept := self._find(*place)) is not None:
                return kept
            mine = self._making.setdefault(place, threading.Lock())
        with mine:
            with self._lock:
                if (kept := self._find(*place)) is not None:
                    return kept
            try:
                made, keep = make()
                if keep:
                    with self._lock:
                        self._put(stream, life, request, made)
                return made
            finally:
                with self._lock:
                    self._making.pop(place, None)

    def clear(self) -> None:
        """For who puts the database back to where it was without a new epoch, as tests do."""
        with self._lock:
            self._streams.clear()
            self._taken = 0

    def _find(self, stream: str, life: Life, request: Request) -> Encoded | None:
        held, pages = self._streams.get(stream, (life, {}))
        if held != life or request not in pages:
            return None
        self._streams.move_to_end(stream)
        return pages[request]

    def _put(self, stream: str, life: Life, request: Request, page: Encoded) -> None:
        held, _ = self._streams.get(stream, (life, {}))
        if held != life:
            if held.epoch == life.epoch and held.head > life.head:
                return  # it took so long to make that it is old by now
            self._drop(stream)
        _, pages = self._streams.setdefault(stream, (life, {}))
        self._taken += _size(page)
        pages[request] = page
        self._streams.move_to_end(stream)
        while self._taken > self._room:
            self._drop(next(iter(self._streams)))

    def _drop(self, stream: str) -> None:
        _, pages = self._streams.pop(stream)
        self._taken -= sum(map(_size, pages.values()))


def _size(page: Encoded) -> int:
    return len(page.body) + _OVERHEAD


shelf = Shelf(ROOM)


def read(stream: str, *, epoch: str, accept: str, after: int, base: int, limit: int) -> Encoded:
    """One page after `after` (0 and no base: a snapshot), in the best encoding of those in `accept`."""

    def make() -> tuple[Encoded, bool]:
        page = pull.read_page(stream=stream, after=after, base=base, limit=limit)
        body, encoding = compression.compress(page.pieces(epoch=epoch), accept=accept)
        whole = page.head == head == page.base
        return Encoded(body, encoding, f'"{epoch}-{head}-{encoding}"' if whole else ""), whole

    head = pull.head(stream) if base or not after else -1
    if after and base != head:
        return make()[0]  # what changed since: everybody was somewhere else
    return shelf.find_or_make(stream, Life(epoch, head), Request(after, base, limit, compression.best(accept)), make)

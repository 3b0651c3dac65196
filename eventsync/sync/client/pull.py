"""Brings every stream that this device may read up to date."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from eventsync.sync.client.clock import hear
from eventsync.sync.client.loop import Failed, Outcome, Rest
from eventsync.sync.client.messages import read_time, write_time
from eventsync.sync.client.outbox import Era, Outbox
from eventsync.sync.client.profile import erase_expired, profile_of
from eventsync.sync.client.records import Change, Cursor, Records
from eventsync.sync.client.server import Answer, Refusal, Reply, Server

PAGE = 5_000
REST = 60.0  # seconds
RETAIN_HOURS = 72
OF_ONE_STREAM = {"malformed", "forbidden", "not_found", "too_large"}  # refusals that say nothing of the others
SUSPICION = timedelta(minutes=10)  # the least time between two pulls from 0 because of a wrong checksum


class Stopped(Exception):
    """Pulling stopped before the end. `last`: nothing else can be had either."""

    def __init__(self, outcome: Failed, *, last: bool = False) -> None:
        super().__init__(outcome)
        self.outcome, self.last = outcome, last


class EpochChanged(Exception):
    """The server's history changed while we asked: begin again."""


class CursorExpired(Exception):
    """The server no longer knows what was deleted since our position."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What one page is asked for. `base`: the head that a snapshot began with."""

    token: str
    era: Era
    stream: str
    server_time: str
    after: int = 0
    base: int | None = None

    @property
    def epoch(self) -> str:
        assert self.era.epoch is not None, "nothing is asked of a stream before an answer named the epoch"
        return self.era.epoch


@dataclass(frozen=True, slots=True)
class Page:
    """One page, checked: it begins where we asked and is in order."""

    head: int
    complete: bool
    count: int
    checksum: int
    changes: Sequence[Change]

    @property
    def cursor(self) -> int:
        return self.head if self.complete else int(self.changes[-1]["seq"])


@dataclass
class Pull:
    """The pull rounds of one device."""

    server: Server
    outbox: Outbox
    records: Records
    now: Callable[[], datetime]
    repush: Callable[[], None] = lambda: None  # there is something to push, or to tell with a push
    heard: Callable[[], None] = lambda: None  # all streams were had
    missed: Callable[[], None] = lambda: None  # nobody answered, or nobody who is our server
    page: int = PAGE
    revoked: bool = False
    refused: Refusal | None = None  # the last no, until the next yes
    mismatched: list[str] = field(default_factory=list)  # streams whose checksum was wrong; the server has not heard
    _doubted: dict[str, datetime] = field(default_factory=dict)

    async def round(self) -> Outcome:
        token = self.outbox.recall("token")
        if token is None:
            return Rest(REST)
        erase_expired(self.outbox, self.records, self.now())
        try:
            for _ in range(2):
                try:
                    await self._everything(token)
                except EpochChanged:
                    continue
                except CursorExpired:  # while a snapshot was read: it would begin again, and it may wait
                    return Failed()
                return Rest(REST)
        except Stopped as stop:
            return stop.outcome
        return Failed()

    async def _everything(self, token: str) -> None:
        era = self.outbox.era()
        said = self._accept(await self.server.streams(token), era).json()
        listed = said.get("streams") if isinstance(said, dict) else None
        if not isinstance(listed, list):
            raise self._nothing()
        self.outbox.remember(heard_at=write_time(self.now()))
        self._erase(self.records.streams() - {each["stream"] for each in listed})
        await self._streams([(Asked(token, era, each["stream"], said["server_time"]), each) for each in listed])
        self.heard()
        self._prune(said.get("durable"), said["server_time"])

    async def _streams(self, listed: Iterable[tuple[Asked, Mapping[str, Any]]]) -> None:
        """One stream that cannot be had keeps no other back; two in a row are the network's doing."""
        failure: Stopped | None = None
        previous: Stopped | None = None
        for asked, head in listed:
            try:
                await self._stream(asked, head)
            except Stopped as stop:
                if stop.last or previous is not None:
                    raise
                failure, previous = failure or stop, stop
            else:
                previous = None
        if failure is not None:
            raise failure

    async def _stream(self, asked: Asked, listed: Mapping[str, Any]) -> None:
        cursor = self.records.cursors().get(asked.stream)
        if cursor is None or cursor.epoch != asked.epoch:
            await self._snapshot(asked)
        elif cursor.seq == listed["head"]:  # what was wrong and too fresh to be pulled again would stay wrong for ever
            self._doubt(cursor, listed["count"], listed["checksum"])
        else:
            try:
                await self._news(replace(asked, after=cursor.seq))
            except CursorExpired:
                await self._snapshot(asked)

    async def _snapshot(self, asked: Asked) -> None:
        """Page after page into memory, and into storage at once when complete."""
        number = self.records.begin(asked.stream)
        changes: list[Change] = []
        while True:
            page = await self._page(asked)
            changes.extend(page.changes)
            if page.complete:
                break
            asked = replace(asked, after=page.cursor, base=asked.base or page.head)
        self._revise(asked, changes)
        cursor = self.records.replace(asked.stream, number=number, seq=page.head, epoch=asked.epoch, changes=changes)
        if cursor is not None:  # else another tab was quicker, or heard that the stream is not ours any more
            self._doubt(cursor, page.count, page.checksum)

    async def _news(self, asked: Asked) -> None:
        while True:
            page = await self._page(asked)
            self._revise(asked, page.changes)
            cursor = self.records.apply(
                asked.stream, after=asked.after, seq=page.cursor, epoch=asked.epoch, changes=page.changes
            )
            if cursor is None:
                return  # another tab was quicker: what it stored is at least as new
            if page.complete:
                self._doubt(cursor, page.count, page.checksum)
                return
            asked = replace(asked, after=page.cursor)

    def _doubt(self, cursor: Cursor, count: int, checksum: int) -> None:
        """What is held must be what the server counted; else the stream is pulled anew, and somebody hears of it."""
        if (cursor.count, cursor.checksum) == (count, checksum):
            return
        last, now = self._doubted.get(cursor.stream), self.now()
        if last is not None and abs(now - last) < SUSPICION:
            return
        self._doubted[cursor.stream] = now
        self.mismatched.append(cursor.stream)
        self.repush()
        self.records.drop_cursor(cursor.stream)
        raise Stopped(Failed())

    async def _page(self, asked: Asked) -> Page:
        reply = await self.server.changes(
            asked.token, asked.stream, after=asked.after, base=asked.base, limit=self.page
        )
        page = read_page(self._accept(reply, asked.era).body, asked)
        if page is None:
            raise self._nothing()
        return page

    def _accept(self, reply: Reply, era: Era) -> Answer:
        """The answer, if it is one of the history that we asked in, and that is ours still."""
        if self.outbox.era() != era:
            raise EpochChanged
        if isinstance(reply, Answer | Refusal) and reply.epoch != era.epoch:
            self.outbox.begin_epoch(reply.epoch)
            self.repush()
            raise EpochChanged
        if isinstance(reply, Refusal):
            self._refused(reply)
        if not isinstance(reply, Answer):
            raise self._nothing()
        self.revoked, self.refused = False, None
        hear(self.outbox, reply)
        return reply

    def _nothing(self) -> Stopped:
        """No answer, or none that makes sense."""
        self.missed()
        return Stopped(Failed())

    def _refused(self, refusal: Refusal) -> None:
        self.refused = refusal
        if refusal.code == "device_revoked":
            self.revoked = True
            self._erase(self.records.streams())
        if refusal.code == "cursor_expired" and refusal.reason != "ahead":
            raise CursorExpired
        if refusal.code == "cursor_expired":  # it was restored, and nobody said so
            self.records.drop_cursors()
            self.outbox.send_all_again()
            self.repush()
            raise EpochChanged
        raise Stopped(Failed(refusal.retry_after), last=refusal.code not in OF_ONE_STREAM)

    def _revise(self, asked: Asked, changes: Iterable[Change]) -> None:
        """Verdicts after a re-run, before the cursor moves: a device that dies in between is told again."""
        told = {"server_time": asked.server_time}
        revised = {change["key"]: change["body"] | told for change in changes if _is_verdict(change)}
        if revised:
            self.outbox.settle(revised, era=asked.era)

    def _erase(self, streams: Iterable[str]) -> None:
        for stream in streams:
            self.records.erase(stream)

    def _prune(self, durable: str | None, server_time: str) -> None:
        """Lets go of what was settled long ago and is in a verified backup; without a backup, of nothing.

        All by the clock of the server: the device's own may be wrong by days.
        """
        if durable is not None:
            hours = max(RETAIN_HOURS, profile_of(self.outbox, self.records).get("retain_hours", 0))
            long_ago = read_time(server_time) - timedelta(hours=hours)
            self.outbox.prune(settled_before=min(read_time(durable), long_ago))


def _is_verdict(change: Change) -> bool:
    return change["kind"] == "verdict" and not change["deleted"]


def read_page(body: bytes, asked: Asked) -> Page | None:
    """None when it is cut short, is no NDJSON, or is not what was asked for."""
    try:
        first, *lines = map(json.loads, body.splitlines())
        header: dict[str, Any] = first
        page = Page(header["head"], header["complete"], header["count"], header["checksum"], lines)
        ours = (header["stream"], header["epoch"], header["after"]) == (asked.stream, asked.epoch, asked.after)
        sequence = [asked.after + 1, *(change["seq"] for change in lines)]
    except (ValueError, KeyError, TypeError):
        return None
    # A page that brings nothing and is not the last one would be asked for again for ever.
    return page if ours and sequence == sorted(sequence) and (lines or page.complete) else None

"""Devices that speak the protocol from one asyncio process: they push what they hold, and one follows a stream."""

import asyncio
import hashlib
import json
import random
import secrets
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

import aiohttp
import orjson
from django.utils import timezone

from eventsync.ids import uuid7
from eventsync.sync.models import Device, DeviceToken, Profile
from eventsync.sync.wire import write_time
from tests.cast import NOON, Games

BATCH = 200  # what the app sends at once (frontend/src/sync/push.ts)
TIMEOUT = aiohttp.ClientTimeout(total=20)  # seconds, as the app's
FINAL = {"accepted", "flagged", "refused", "quarantined"}


@dataclass
class Sender:
    """A phone with a full outbox. It asks again as the protocol says: Retry-After and jitter, else a growing pause."""

    id: str
    token: str
    queue: list[dict[str, Any]] = field(default_factory=list)
    settled: set[str] = field(default_factory=set)
    answers: Counter[str] = field(default_factory=Counter)
    waits: Counter[int] = field(default_factory=Counter)
    done: float = 0  # seconds after the start
    slowest: float = 0  # seconds, of its answers
    sending: bool = False

    def record(self, games: Games, first: int, count: int) -> None:
        """`count` arrivals at the door, of one person after another from number `first` on."""
        for seq in range(1, count + 1):
            digest = games.digest((first + seq) % len(games.codes))
            payload = {"checkpoint": str(games.door.id), "method": "scan", "credential": digest}
            self.queue.append(
                {
                    "id": uuid7(timezone.now()),
                    "kind": "checkin.arrive",
                    "seq": seq,
                    "occurred_at": write_time(NOON),
                    "offset_ms": 0,
                    "actor": "Maria",
                    "refers_to": None,
                    "payload": payload,
                }
            )

    async def push_all(self, session: aiohttp.ClientSession, url: str, start: float) -> None:
        failures = 0
        while self.queue:
            batch = self.queue[:BATCH]
            self.sending = True
            wait = await self._push(session, url, batch)
            self.sending = False
            if wait is None:
                self.queue = [operation for operation in self.queue if operation["id"] not in self.settled]
                failures = 0
                continue
            failures += 1
            await asyncio.sleep(wait or random.uniform(0, min(300, 2**failures)))
        self.done = time.monotonic() - start

    async def _push(self, session: aiohttp.ClientSession, url: str, batch: list[dict[str, Any]]) -> float | None:
        """None when it got verdicts; else how many seconds to wait, 0 when nobody said."""
        body = orjson.dumps({"protocol": 1, "sent_at": write_time(timezone.now()), "operations": batch})
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        began = time.monotonic()
        try:
            async with session.post(f"{url}/api/v1/push", data=body, headers=headers, timeout=TIMEOUT) as answer:
                said = await answer.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            self.answers[type(error).__name__] += 1
            return 0
        self.slowest = max(self.slowest, time.monotonic() - began)
        assert "X-EventSync-Epoch" in answer.headers, said[:500]
        self.answers[str(answer.status)] += 1
        if answer.status in {429, 503}:
            seconds = int(answer.headers["Retry-After"])
            self.waits[seconds] += 1
            return seconds + random.random()
        results = orjson.loads(said)["results"]
        self.settled |= {result["id"] for result in results if result["verdict"] in FINAL}
        return None


@dataclass
class Reader:
    """A phone that only reads: it follows one stream, page by page, from nothing."""

    token: str
    stream: str
    every: float = 0.5  # seconds
    pages: int = 0
    refused: int = 0
    slowest: float = 0
    held: dict[tuple[str, str], int] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)

    async def follow(self, session: aiohttp.ClientSession, url: str, done: asyncio.Event) -> None:
        cursor = base = 0
        while True:
            last = done.is_set()
            complete = False
            while not complete:
                self.header, changes = await self._page(session, url, cursor, base)
                self._take(changes)
                complete = self.header["complete"]
                base = 0 if complete else base or self.header["base"]
                cursor = self.header["head"] if complete else changes[-1]["seq"]
            if last:
                return
            await asyncio.sleep(self.every)

    async def _page(self, session: aiohttp.ClientSession, url: str, cursor: int, base: int) -> tuple[Any, list[Any]]:
        address = f"{url}/api/v1/streams/{self.stream}/changes?after={cursor}&base={base}"
        began = time.monotonic()
        while True:
            async with session.get(address, headers={"Authorization": f"Bearer {self.token}"}) as answer:
                said = await answer.read()
            if answer.status == 200:
                break
            assert answer.status in {429, 503}, said[:500]
            self.refused += 1
            await asyncio.sleep(int(answer.headers["Retry-After"]))
        self.slowest = max(self.slowest, time.monotonic() - began)
        self.pages += 1
        header, *changes = map(json.loads, said.splitlines())
        assert header["after"] == cursor
        assert all(cursor < change["seq"] <= header["head"] for change in changes)
        return header, changes

    def _take(self, changes: list[Any]) -> None:
        for change in changes:
            if change["deleted"]:
                self.held.pop((change["kind"], change["key"]), None)
            else:
                self.held[change["kind"], change["key"]] = change["seq"]

    @property
    def agrees(self) -> bool:
        """Whether it holds what the server says that there is."""
        total = sum(crc32(f"{kind}/{key}/{seq}".encode()) for (kind, key), seq in self.held.items()) % 2**32
        return (len(self.held), total) == (self.header["count"], self.header["checksum"])


def enrolled(games: Games, count: int) -> Iterator[tuple[str, str]]:
    """Id and token of new devices, by direct rows: enrolling is not what is measured."""
    now = timezone.now()
    common = {"event_id": games.event.id, "profile": Profile.DOOR, "enrolled_at": now, "heard_at": now}
    devices = [Device(id=uuid.uuid4(), name=f"Phone {number}", **common) for number in range(count)]
    tokens = [secrets.token_urlsafe(32) for _ in devices]
    Device.objects.bulk_create(devices)
    DeviceToken.objects.bulk_create(
        DeviceToken(digest=hashlib.sha256(token.encode()).hexdigest(), device=device, created_at=now)
        for device, token in zip(devices, tokens, strict=True)
    )
    return ((str(device.id), token) for device, token in zip(devices, tokens, strict=True))

"""How many requests a process works on at once; the others wait a moment, or are asked to come later (`slow_down`).

A request takes a thread and a database connection. Two hundred phones that come back together would take all of them,
to wait for one writer: here they wait without either, and are refused before anybody looks into what they sent.
Nobody is ever refused by address: a venue is one address.
"""

import asyncio
import logging
import time
import uuid
from collections import deque
from collections.abc import Awaitable, Callable
from math import ceil
from typing import Any

import orjson
from channels.db import database_sync_to_async
from django.db import DatabaseError
from django.utils import timezone

from eventsync.jobs.alerts import alert
from eventsync.sync import epoch, errors, marker, wire

log = logging.getLogger(__name__)

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

PUSH = f"{epoch.API}v1/push"
OTHERS = 16  # requests at once that are not pushes
PATIENCE = 5.0  # seconds in the queue; with what a push may take (eventsync/sync/push.py) less than a phone waits (20)
LONGEST = 60  # seconds, the most that anybody is asked to stay away
_FIRST_GUESS = 0.05  # seconds between two that finish, until it is known
_WEIGHT = 0.1  # of the newest in the average
_EPOCH_FRESH = 1.0  # seconds
_GATHER = 2.0  # seconds of refusals in the first alert
_ALERT_EVERY = 60.0  # seconds
_MOST_BODY = 2 * 1024 * 1024  # bytes, of any request; what each may send is for its view to say


class Full(Exception):
    """No place will be free soon enough. `retry_after`: seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


class Gate:
    """Places for `limit` requests at once, and a queue in order of arrival as long as its end is near.

    Lives in one event loop.
    """

    def __init__(self, limit: int) -> None:
        self._free = self._limit = limit
        self._queue: deque[asyncio.Future[None]] = deque()
        self._pace = _FIRST_GUESS  # seconds between two places that get free
        self._last_turn = 0.0  # when the last of those who were sent away would have had its turn

    async def enter(self) -> None:
        """Returns with a place, or raises Full. Who has a place calls `leave`."""
        if self._free:
            self._free -= 1
            return
        if (len(self._queue) + 1) * self._pace > PATIENCE:
            raise Full(self._turn())
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append(place)
        try:
            await asyncio.wait({place}, timeout=PATIENCE)
        except asyncio.CancelledError:
            self._give_up(place)
            raise
        if not place.done():
            self._queue.remove(place)
            raise Full(self._turn())

    def leave(self, *, after: float) -> None:
        """`after`: seconds with the place."""
        self._pace += _WEIGHT * (after / self._limit - self._pace)
        self._hand_on()

    def _hand_on(self) -> None:
        if self._queue:
            self._queue.popleft().set_result(None)
        else:
            self._free += 1

    def _give_up(self, place: "asyncio.Future[None]") -> None:
        """Nobody waits any more; the place may have been given at that very moment."""
        if place.done():
            self._hand_on()
        else:
            self._queue.remove(place)

    def _turn(self) -> int:
        """Each who is sent away gets a later turn than the one before: so they do not come back together."""
        now = time.monotonic()
        self._last_turn = max(self._last_turn, now + len(self._queue) * self._pace) + self._pace
        self._last_turn = min(self._last_turn, now + LONGEST)
        return min(ceil(self._last_turn - now), LONGEST)


class Admission:
    """Stands before the HTTP application. Pushes have places of their own, that readers cannot take."""

    def __init__(self, application: Application, *, pushes: int, others: int) -> None:
        self._application = application
        self._pushes, self._others = Gate(pushes), Gate(others)
        self._limit = pushes
        self._epoch, self._epoch_of = "", float("-inf")  # the epoch, and when it was read at the earliest
        self._refused = 0
        self._telling: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not scope["path"].startswith(epoch.API):
            await self._application(scope, receive, send)
            return
        gate = self._pushes if scope["path"] == PUSH else self._others
        body = await _body(receive)
        if body is None:
            await self._refuse(wire.too_large("The request is far too large."), send)
            return
        try:
            await gate.enter()
        except Full as full:
            await self._turn_away(full.retry_after, send)
            return
        receive = _handing_on(body, receive)
        await self._serve(gate, scope, receive, send)

    async def _serve(self, gate: Gate, scope: Scope, receive: Receive, send: Send) -> None:
        """The place is free again when the answer is made: sending it may take a bad network long."""
        began, left = time.monotonic(), False

        def leave() -> None:
            nonlocal left
            if not left:
                left = True
                gate.leave(after=time.monotonic() - began)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                leave()
                self._note_epoch(dict(message["headers"]), began)
            await send(message)

        try:
            await self._application(scope, receive, sending)
        finally:
            leave()

    def _note_epoch(self, headers: dict[bytes, bytes], began: float) -> None:
        found = next((value for name, value in headers.items() if name.lower() == epoch.HEADER.lower().encode()), None)
        if found is not None and began > self._epoch_of:
            self._epoch, self._epoch_of = found.decode(), began

    async def _turn_away(self, retry_after: int, send: Send) -> None:
        self._refused += 1
        if self._telling is None or self._telling.done():
            self._telling = asyncio.create_task(self._tell())
        message = "Many phones are sending at once. This one will send again by itself."
        await self._refuse(errors.ApiError("slow_down", message, retry_after=retry_after), send)

    async def _refuse(self, why: errors.ApiError, send: Send) -> None:
        body = errors.body(code=why.code, message=why.message, fields=why.fields, request_id=str(uuid.uuid4()))
        headers = [
            (b"Content-Type", b"application/json"),
            (epoch.HEADER.encode(), (await self._current_epoch()).encode()),
        ]
        if why.retry_after is not None:
            headers.append((b"Retry-After", str(why.retry_after).encode()))
        await send({"type": "http.response.start", "status": errors.STATUS[why.code], "headers": headers})
        await send({"type": "http.response.body", "body": orjson.dumps(body)})

    async def _current_epoch(self) -> str:
        """As those who have a place read it a moment ago; a stale one would make devices send everything again."""
        asked = time.monotonic()
        if asked - self._epoch_of > _EPOCH_FRESH:
            try:
                found = await database_sync_to_async(marker.epoch_for_phones)()
            except DatabaseError:
                return self._epoch
            if asked > self._epoch_of:
                self._epoch, self._epoch_of = found, asked
        return self._epoch

    async def _tell(self) -> None:
        """An alert at the first refusals, and then at most one a minute."""
        await asyncio.sleep(_GATHER)
        while self._refused:
            refused, self._refused = self._refused, 0
            await self._alert(refused)
            await asyncio.sleep(_ALERT_EVERY)

    async def _alert(self, refused: int) -> None:
        message = (
            f"More came at once than this server works on: {refused} were asked to send later. Nothing is lost. "
            f"It takes {self._limit} pushes at a time (EVENTSYNC_MAX_PUSHES)."
        )
        try:
            await database_sync_to_async(alert)(kind="slow_down", subject="", message=message, now=timezone.now())
        except DatabaseError:
            log.exception("No alert could be raised that %s requests were asked to come later", refused)


async def _body(receive: Receive) -> deque[Message] | None:
    """Waits until the body has come, however slow the network; None as soon as it is longer than any may be."""
    came: deque[Message] = deque()
    size, more = 0, True
    while more:
        message = await receive()
        came.append(message)
        size += len(message.get("body", b""))
        if size > _MOST_BODY:
            return None
        more = bool(message.get("more_body", False))
    return came


def _handing_on(came: deque[Message], receive: Receive) -> Receive:
    async def again() -> Message:
        return came.popleft() if came else await receive()

    return again

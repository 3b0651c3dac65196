"""A network inside this process: the real HTTP handlers at one end, the device's client at the other."""

import json
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar

from django.test import Client

from eventsync.schedule.models import Venue
from eventsync.sync import epoch
from eventsync.sync.client.device import Device, utc_now
from eventsync.sync.client.outbox import Outbox
from eventsync.sync.client.records import Records
from eventsync.sync.client.server import NoAnswer, Response
from eventsync.sync.enrolment import invite
from eventsync.sync.models import Device as Enrolled
from tests.cast import Games

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Runs what never waits, by hand: with no event loop about, Django lets it use the database."""
    try:
        work.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    raise AssertionError("it waits for something")


@dataclass(frozen=True)
class Call:
    """One request, on its way."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes | None

    @property
    def verb(self) -> str:
        """What is asked for: enrol, push, streams or changes."""
        return self.path.partition("?")[0].rpartition("/")[2]

    def json(self) -> Any:
        """What a push says; small ones are not compressed."""
        return json.loads(self.body or b"null")


@cache
def _client() -> Client:
    """One for all: it sets its middleware up at its first request, and devices have no cookies."""
    return Client()


def serve(call: Call) -> Response:
    """What the server answers."""
    headers = dict(call.headers)
    kind = headers.pop("Content-Type", "application/octet-stream")
    answer = _client().generic(call.method, call.path, call.body or b"", kind, headers=headers)
    return Response(answer.status_code, {name.lower(): value for name, value in answer.items()}, answer.content)


Fault = Callable[[Call], Response]


@dataclass
class Wire:
    """Carries requests at once. Each of `faults` befalls one of them, in order; the others arrive and are answered."""

    faults: list[Fault] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)

    async def request(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes | None) -> Response:
        call = Call(method, path, headers, body)
        self.calls.append(call)
        return self.faults.pop(0)(call) if self.faults else serve(call)

    def asked(self, verb: str) -> list[Call]:
        return [call for call in self.calls if call.verb == verb]


def dropped(call: Call) -> Response:
    raise NoAnswer("dropped")


def unanswered(call: Call) -> Response:
    """The answer is lost after the commit."""
    serve(call)
    raise NoAnswer("the answer was lost")


def portal(call: Call) -> Response:
    return Response(200, {"content-type": "text/html"}, b"<html>Welcome! Accept our terms.</html>")


def redirected(call: Call) -> Response:
    return Response(302, {"location": "http://portal.example/", "content-type": "text/html"}, b"")


def cut(share: float) -> Fault:
    """The first part of the body only, taken for the whole."""

    def fault(call: Call) -> Response:
        answer = serve(call)
        return Response(answer.status, answer.headers, answer.body[: int(len(answer.body) * share)])

    return fault


def refusing(status: int, code: str, *, retry_after: int | None = None) -> Fault:
    """As the server says no."""

    def fault(call: Call) -> Response:
        headers = {"content-type": "application/json", epoch.HEADER.lower(): str(epoch.current())}
        if retry_after is not None:
            headers["retry-after"] = str(retry_after)
        return Response(status, headers, json.dumps({"error": {"code": code, "message": "No.", "fields": {}}}).encode())

    return fault


def meanwhile(happens: Callable[[], object]) -> Fault:
    """Something happens after the server has answered and before the device hears it."""

    def fault(call: Call) -> Response:
        answer = serve(call)
        happens()
        return answer

    return fault


def make_device(
    games: Games,
    wire: Wire,
    *,
    outbox: Outbox | None = None,
    records: Records | None = None,
    now: Callable[[], datetime] = utc_now,
    venue: Venue | None = None,
) -> Device:
    """A device, enrolled."""
    device = Device(wire, outbox=outbox or Outbox(), records=records or Records(), now=now)
    device.outbox.remember(actor="Maria")
    enrol_again(games, device, venue=venue)
    return device


def enrol_again(games: Games, device: Device, *, venue: Venue | None = None, profile: str = "door") -> None:
    """With a code of its own, as a known or a revoked device needs one."""
    row = Enrolled.objects.filter(id=device.id).first()
    code = invite(
        event_id=games.event.id,
        venue_id=venue.id if venue else None,
        profile=profile,
        uses=1,
        now=datetime.now(UTC),
        device=row,
    ).code
    run(device.enrol(code, name="Device"))


def other_tab(device: Device, wire: Wire, *, now: Callable[[], datetime] = utc_now) -> Device:
    """Another Device over the same stores: a second tab, or the first after a restart."""
    return Device(wire, outbox=device.outbox, records=device.records, now=now)

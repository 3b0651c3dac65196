"""The cast of all tests: one event with two venues and some people, and phones that speak the protocol over HTTP."""

import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.test import Client

from checkin import roster, rules
from checkin.models import Checkpoint, CheckpointWindow, Credential, CredentialState, Person
from eventsync.schedule.models import Event, Venue
from eventsync.sync.enrolment import invite
from eventsync.sync.wire import write_time

DAY = date(2026, 7, 4)
NOON = datetime(2026, 7, 4, 12, tzinfo=UTC)


@dataclass
class Games:
    """An event in one day, UTC: the main hall with a door of each policy, a pool with one door."""

    event: Event
    hall: Venue
    pool: Venue
    door: Checkpoint
    daily: Checkpoint
    lunch: Checkpoint
    gate: Checkpoint
    pool_door: Checkpoint
    people: list[Person]
    codes: list[str]

    def digest(self, index: int) -> str:
        return rules.credential_digest(str(self.event.id), self.codes[index])


def make_games(slug: str = "games", people: int = 5, *, one_by_one: bool = False) -> Games:
    """`one_by_one`: the people come by one change each, with sequence numbers of their own; it takes far longer."""
    event = Event.objects.create(slug=slug, name=slug.title(), first_day=DAY, last_day=DAY)
    hall = Venue.objects.create(event=event, slug="hall", name="Main hall")
    pool = Venue.objects.create(event=event, slug="pool", name="Pool")
    door, daily, lunch, gate, pool_door = (
        Checkpoint.objects.create(venue=venue, name=name, policy=policy)
        for venue, name, policy in [
            (hall, "Door", "once"),
            (hall, "Daily door", "daily"),
            (hall, "Lunch", "per_window"),
            (hall, "Gate", "in_out"),
            (pool, "Pool door", "once"),
        ]
    )
    CheckpointWindow.objects.create(
        checkpoint=lunch, name="lunch", start=NOON - timedelta(hours=1), end=NOON + timedelta(hours=1)
    )
    roster.publish_checkpoints([door, daily, lunch, gate, pool_door])
    numbers = range(people)
    codes = [f"TICKET-{event.slug}-{number}" for number in numbers]
    if one_by_one:
        guests = [add_person(event, name=f"Guest {number}", number=str(number))[0] for number in numbers]
    else:
        with roster.changing(event.id) as change:
            guests = [_person(event, f"Guest {number}", str(number), change) for number in numbers]
            for guest, code in zip(guests, codes, strict=True):
                give_code(guest, code, change)
    return Games(event, hall, pool, door, daily, lunch, gate, pool_door, guests, codes)


def add_person(event: Event, *, name: str, number: str, code: str | None = None) -> tuple[Person, str]:
    with roster.changing(event.id) as change:
        person = _person(event, name, number, change)
        code = code or f"TICKET-{event.slug}-{number}"
        give_code(person, code, change)
    return person, code


def _person(event: Event, name: str, number: str, change: roster.RosterChange) -> Person:
    person = Person.objects.create(event=event, external_id=number, name=name, search=rules.search_key(name))
    change.people.add(person.id)
    return person


def give_code(person: Person, code: str, change: roster.RosterChange, *, state: str = CredentialState.ACTIVE) -> None:
    digest = rules.credential_digest(str(person.event_id), code)
    Credential.objects.create(event=person.event, person=person, code=code, digest=digest, state=state)
    change.people.add(person.id)
    change.digests.add(digest)


@dataclass
class Phone:
    """A device that records operations and pushes and pulls with Django's test client."""

    games: Games
    id: str
    token: str
    client: Client = field(default_factory=Client)
    recorded: int = 0

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def record(self, kind: str, payload: dict[str, Any], *, at: datetime = NOON, **members: Any) -> dict[str, Any]:
        """A new operation, not sent yet. Its clock agrees with the server's."""
        self.recorded += 1
        return {
            "id": str(uuid.uuid4()),
            "kind": kind,
            "seq": self.recorded,
            "occurred_at": write_time(at),
            "offset_ms": 0,
            "actor": "Maria",
            "refers_to": None,
            "payload": payload,
        } | members

    def arrive(self, who: Person | str, *, door: Checkpoint | None = None, **members: Any) -> dict[str, Any]:
        return self._pass("checkin.arrive", who, door, members)

    def leave(self, who: Person | str, *, door: Checkpoint | None = None, **members: Any) -> dict[str, Any]:
        return self._pass("checkin.leave", who, door, members)

    def _pass(self, kind: str, who: Person | str, door: Checkpoint | None, members: dict[str, Any]) -> dict[str, Any]:
        subject = {"credential": who} if isinstance(who, str) else {"person": str(who.id)}
        checkpoint = str((door or self.games.door).id)
        return self.record(kind, {"checkpoint": checkpoint, "method": "scan", **subject}, **members)

    def void(self, target: dict[str, Any], *, door: Checkpoint | None = None, **members: Any) -> dict[str, Any]:
        checkpoint = str((door or self.games.door).id)
        return self.record("checkin.void", {"checkpoint": checkpoint}, refers_to=target["id"], **members)

    def post(self, body: Any, **headers: str) -> Any:
        """The raw answer to a push of any body, bytes or JSON."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.post(
            "/api/v1/push", content, content_type="application/json", headers=self.headers | headers
        )

    def push(self, *operations: dict[str, Any], sent_at: datetime | None = None, **envelope: Any) -> list[Any]:
        sent = {"sent_at": write_time(sent_at)} if sent_at else {}
        answer = self.post({"protocol": 1, "operations": operations} | sent | envelope)
        assert answer.status_code == 200, answer.content
        return list(answer.json()["results"])

    def streams(self) -> Any:
        return self.client.get("/api/v1/streams", headers=self.headers)

    def page(self, stream: str, **query: int) -> Any:
        return self.client.get(f"/api/v1/streams/{stream}/changes", query, headers=self.headers)

    def pull(self, stream: str, after: int = 0) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """One page, parsed: its header and its changes."""
        answer = self.page(stream, after=after)
        assert answer.status_code == 200, answer.content
        header, *changes = map(json.loads, answer.content.splitlines())
        return header, changes

    def attendance(self, kind: str, *, venue: Venue | None = None) -> list[dict[str, Any]]:
        """The bodies of this kind in the attendance stream of a venue, by default the hall's."""
        _, changes = self.pull(f"attendance:{(venue or self.games.hall).id}")
        return [change["body"] for change in changes if change["kind"] == kind]


def make_phone(games: Games, *, profile: str = "door", venue: Venue | None = None, name: str = "Phone") -> Phone:
    invitation = invite(
        event_id=games.event.id, venue_id=venue.id if venue else None, profile=profile, uses=1, now=datetime.now(UTC)
    )
    device = str(uuid.uuid4())
    asked = {"code": invitation.code, "device": device, "name": name, "app_version": "test", "protocol": 1}
    answer = Client().post("/api/v1/enrol", asked, content_type="application/json")
    assert answer.status_code == 201, answer.content
    return Phone(games, device, answer.json()["token"])

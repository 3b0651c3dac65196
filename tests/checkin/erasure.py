"""Somebody of whom everything is held that can be, and what must not be found of them afterwards."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from checkin import guardians, roster, rules
from checkin.models import Checkpoint, Credential, Person, RosterImport
from checkin.safety import proposing
from eventsync.access import audit
from eventsync.jobs.corrections import proposing as corrections
from eventsync.jobs.models import Job
from eventsync.jobs.rules import Somebody
from eventsync.schedule.links import making as links
from eventsync.sync.models import Quarantined
from tests.cast import NOON, Games, Phone, add_person, make_phone
from tests.checkin.walk_ins import BAND, WALK_IN, digest, merge, register

NAME, CODE, NUMBER = "Adalynn Quartermain", "TICKET-QXZ-77", "QX-778812"
TEXTS = (NAME, "quartermain", "Zanzibar", "swordfish", "jumping jacks", CODE, NUMBER, BAND, BAND.replace("-", ""))
MARIA = Somebody("user:1", "Maria")

Operation = dict[str, Any]


@dataclass
class Life:
    """A person in two rows, the phones that recorded things of them, and all operations that were sent."""

    games: Games
    person: Person
    digest: str
    phone: Phone
    lead: Phone
    sent: list[tuple[Phone, Operation]] = field(default_factory=list)

    @property
    def secrets(self) -> tuple[str, ...]:
        return (*TEXTS, self.digest, digest(self.games))

    def send(self, phone: Phone, *operations: Operation) -> list[Any]:
        self.sent += [(phone, each) for each in operations]
        return phone.push(*operations)

    def say(
        self, phone: Phone, what: str, /, *, minute: int = 0, refers_to: str | None = None, **payload: Any
    ) -> Operation:
        at = NOON + timedelta(minutes=minute)
        return phone.record(what, payload, at=at, refers_to=refers_to)


def make_life(games: Games) -> Life:
    person, _ = add_person(games.event, name=NAME, number=NUMBER, code=CODE)
    with roster.changing(games.event.id) as change:
        texts = {"delegation": "Zanzibar Swimmers", "given": "Swordfish", "role": "swordfish", "family": "swordfish-9"}
        Person.objects.filter(pk=person.pk).update(**texts)
        change.people.add(person.pk)
    person.refresh_from_db()
    code = rules.credential_digest(str(games.event.id), CODE)
    life = Life(games, person, code, make_phone(games), make_phone(games, profile="lead", name="Lead"))
    _at_the_door(life)
    _by_leads(life)
    _at_the_desk(life)
    return life


def _at_the_door(life: Life) -> None:
    phone, games, door = life.phone, life.games, str(life.games.door.id)
    here: dict[str, Any] = {"checkpoint": door, "method": "scan"}
    came = life.say(phone, "checkin.arrive", credential=life.digest, **here)
    again = life.say(phone, "checkin.arrive", person=str(life.person.pk), override=f"{NAME} was here", minute=5, **here)
    away = life.say(phone, "checkin.refuse", checkpoint=door, credential=life.digest, reason="jumping jacks", note=NAME)
    gate = life.say(phone, "checkin.arrive", credential=life.digest, checkpoint=str(games.gate.id), method="scan")
    undone = life.say(phone, "checkin.void", checkpoint=str(games.gate.id), reason=NAME, refers_to=gate["id"])
    walked = register(phone, name=NAME, delegation="Zanzibar", code=BAND, credential=digest(games))
    strange = life.say(phone, "checkin.leave", checkpoint=door, person=str(life.person.pk), method=f"said {NAME}")
    life.send(phone, came, again, away, gate, undone, walked, strange, phone.arrive(games.people[0]))


def _by_leads(life: Life) -> None:
    lead, person, games = life.lead, str(life.person.pk), life.games
    held = life.say(lead, "checkin.hold", person=person, desk="medical", reason="jumping jacks")
    other = life.say(lead, "checkin.hold", person=str(games.people[1].pk), desk="lead", reason=f"With {NAME}, I think")
    tries = [
        life.say(lead, "checkin.release_try", person=person, checkpoint=str(games.gate.id), right=False, minute=minute)
        for minute in range(3)
    ]
    heard = life.say(lead, "checkin.propose_safety", person=person, kind="dietary", text="jumping jacks")
    life.send(lead, held, other, *tries, heard, merge(lead, WALK_IN, life.person.pk))
    _, changes = lead.pull(f"conflicts:{games.event.id}")
    [conflict] = [each["key"] for each in changes if each["kind"] == "conflict" and not each["deleted"]]
    note: dict[str, Any] = {"resolution": "wristband_swapped", "note": f"{NAME} twice", "withdraw": [digest(games)]}
    life.send(lead, life.say(lead, "checkin.resolve", conflict=conflict, **note))


def _card(person: Person) -> links.Wanted:
    return links.Wanted(nickname="Swordfish", symbol="star", groups=["Zanzibar Swimmers"], person=person.pk)


def _at_the_desk(life: Life) -> None:
    person, now = life.person, timezone.now()
    guardians.give_code(person=person, now=now)
    links.make(event=life.games.event, wanted=[_card(person)], by="Maria", now=now)
    proposing.change(person=person, kind="medication", text="jumping jacks", expected=0, by=MARIA, now=now)
    maria = User.objects.create_user("maria", is_staff=True)
    audit.note(maria, person, f"Changed the code {CODE}.")
    audit.note(maria, life.games.people[1], f"Taken back: not the same person as {person}.")
    for code in Credential.objects.filter(person=person):
        audit.note(maria, code, "Withdrawn.")
    told = {"rows": 1, "warnings": [{"row": 2, "column": "", "message": f"{NAME} is on the roster and stays."}]}
    RosterImport.objects.create(event=life.games.event, name="games.csv", state="done", report=told)
    job = Job.objects.filter(task="control.alert_quarantined").latest("created_at")
    Job.objects.filter(pk=job.pk).update(state="dead", finished_at=now)
    said = json.dumps({"event": str(life.games.event.pk), "operations": [f"of {NAME}"]})
    corrections.propose(job.pk, typed=said, reason=f"It is {NAME}'s.", by=MARIA, now=now)


def late(life: Life, phone: Phone) -> list[Operation]:
    """What another phone recorded before the erasure, and sends after it."""
    door, person, lead = str(life.games.door.id), str(life.person.pk), life.lead
    came = life.say(phone, "checkin.arrive", credential=life.digest, checkpoint=door, method="scan", minute=9)
    return [
        came,
        life.say(phone, "checkin.arrive", person=person, checkpoint=door, method="search", override=NAME, minute=8),
        life.say(phone, "checkin.refuse", person=person, checkpoint=door, reason="jumping jacks", note=NAME),
        life.say(phone, "checkin.void", checkpoint=door, refers_to=life.sent[0][1]["id"], reason=NAME, minute=9),
        register(phone, name=NAME, delegation="Zanzibar", code=BAND, credential=digest(life.games), minute=-30),
        life.say(phone, "checkin.propose_safety", person=person, kind="contacts", text="jumping jacks"),
        life.say(phone, "checkin.leave", person=person, checkpoint=door, method=f"said {NAME}"),
        lead.record("checkin.hold", {"person": person, "desk": "medical", "reason": NAME}) | {"device": lead.id},
    ]


def at_a_door_to_come(phone: Phone, **said: Any) -> tuple[Checkpoint, Quarantined]:
    """A record that waits for its checkpoint."""
    door = Checkpoint(venue=phone.games.hall, name="New", policy="once")
    kind = "checkin.void" if "refers_to" in said else "checkin.arrive"
    members = {"refers_to": said.pop("refers_to", None)}
    phone.push(phone.record(kind, {"checkpoint": str(door.id), **said}, **members))
    return door, Quarantined.objects.get()


def found(secrets: tuple[str, ...]) -> dict[str, list[str]]:
    """Which of these texts are in which tables of the whole database, whatever the columns are."""
    seen = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            text = "\n".join(_plain(value) for row in cursor.fetchall() for value in row).lower()
            if hits := [secret for secret in secrets if secret.lower() in text]:
                seen[table] = hits
    return seen


def _plain(value: Any) -> str:
    return bytes(value).decode(errors="replace") if isinstance(value, bytes | memoryview) else str(value)

"""`manage.py audit` finds whatever was changed behind the ledger's back."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from checkin.models import AttendanceRecord, Conflict, Headcount, Person, Presence
from eventsync.schedule.models import Venue
from eventsync.sync.models import Change, StreamHead
from tests.cast import NOON, Games, Phone, make_games, make_phone


@pytest.fixture
def busy(games: Games, phone: Phone, other_phone: Phone) -> Games:
    """Games in which something of everything has happened."""
    first = phone.arrive(games.people[0])
    phone.push(first, phone.arrive(games.digest(1)), phone.arrive("A" * 22), phone.arrive(games.people[2]))
    other_phone.push(other_phone.arrive(games.people[0], at=NOON - timedelta(minutes=1)), other_phone.void(first))
    phone.push(phone.arrive(games.people[3], door=games.gate), phone.leave(games.people[3], door=games.gate))
    return games


def test_audit_finds_nothing_wrong(busy: Games) -> None:
    out = StringIO()
    call_command("audit", "--json", stdout=out)
    assert json.loads(out.getvalue()) == {"ok": True, "events": {"games": []}, "streams": []}


@pytest.mark.django_db(transaction=True)
def test_audit_while_phones_send_sees_one_moment(transactional_db: None) -> None:
    games = make_games()
    phone, asked = make_phone(games), list[dict[str, Any]]()

    def phones_send(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        """Before each statement of the audit somebody arrives, until all are there."""
        if sql.startswith("SELECT") and len(asked) < len(games.people):
            asked.append(phone.arrive(games.people[len(asked)]))
            elsewhere(lambda: phone.push(asked[-1]))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(phones_send):
        call_command("audit")
    assert len(asked) == len(games.people)
    call_command("audit")


def elsewhere(do: Callable[[], object]) -> None:
    """In a thread with a connection of its own, and waits for it."""

    def run() -> None:
        try:
            do()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(run).result()


def lose_presence(games: Games) -> list[str]:
    key = Presence.objects.get(subject=f"p{games.people[1].id.hex}")
    presence_of = f"Presence of Key(checkpoint={str(key.checkpoint_id)!r}, window='', subject='{key.subject}')"
    key.delete()
    return [f"{presence_of}: stored None, but the ledger gives (Presence(state='present'"]


def promote_nobody(games: Games) -> list[str]:
    subject = f"p{games.people[2].id.hex}"
    Presence.objects.filter(subject=subject).update(by="Nobody")
    of = f"Presence of Key(checkpoint={str(games.door.id)!r}, window='', subject='{subject}')"
    return [f"{of}: stored (Presence(state='present', since="]


def miscount(games: Games) -> list[str]:
    Headcount.objects.filter(checkpoint=games.door).update(present=7)
    right = "stored Counts(present=7, unidentified=1, voided=1), but the ledger gives Counts(present=3,"
    return [f"Headcount of ({str(games.door.id)!r}, ''): {right}"]


def forget_a_void(games: Games) -> list[str]:
    record = AttendanceRecord.objects.get(voided=True)
    AttendanceRecord.objects.filter(voided=True).update(voided=False)
    subject = f"p{games.people[0].id.hex}"
    return [
        f"Record {record.pk} is not marked as undone, and should be the opposite.",
        f"Presence of Key(checkpoint={str(games.door.id)!r}, window='', subject='{subject}'): stored",
        f"Headcount of ({str(games.door.id)!r}, ''): stored",
        f"Stream attendance:{games.hall.id}: record of ('headcount', '{games.door.id}/'): stored",
        f"Stream attendance:{games.hall.id}: record of ('presence', '{games.door.id}//{subject}'): stored",
        "Conflict of ",
    ]


def forget_a_conflict(games: Games) -> list[str]:
    key = Conflict.objects.get().id
    Conflict.objects.all().delete()
    return [f"Stream conflicts:{games.event.id}: record of ", f"Conflict of {key}: stored None, but the ledger gives ("]


def swap_subjects(games: Games) -> list[str]:
    record = AttendanceRecord.objects.get(credential=games.digest(1))
    right = f"p{games.people[1].id.hex}"
    AttendanceRecord.objects.filter(pk=record.pk).update(subject=f"p{games.people[4].id.hex}")
    return [
        f"Record {record.pk} counts for p{games.people[4].id.hex}, but it is {right}'s.",
        *(f"Presence of Key(checkpoint={str(games.door.id)!r}, window='', subject='{each}'" for each in both(games)),
        *(
            f"Stream attendance:{games.hall.id}: record of ('presence', '{games.door.id}//{each}'): stored"
            for each in both(games)
        ),
    ]


def both(games: Games) -> list[str]:
    return sorted(f"p{games.people[index].id.hex}" for index in (1, 4))


def rename_behind_the_stream(games: Games) -> list[str]:
    Person.objects.filter(id=games.people[3].id).update(name="Renamed")
    record = f"{games.event.id}: record of ('person', '{games.people[3].id}'): stored"
    return [f"Stream {name}:{record}" for name in ("kiosk", "roster")]


def rename_a_venue_behind_the_stream(games: Games) -> list[str]:
    Venue.objects.filter(id=games.pool.id).update(name="Renamed")
    return [f"Stream attendance:{games.pool.id}: record of ('checkpoint', '{games.pool_door.id}'): stored"]


def move_a_window_behind_the_stream(games: Games) -> list[str]:
    games.lunch.windows.update(end=NOON + timedelta(hours=2))
    return [f"Stream attendance:{games.hall.id}: record of ('checkpoint', '{games.lunch.id}'): stored"]


def miscount_in_the_stream(games: Games) -> list[str]:
    row = Change.objects.get(kind="headcount", key=f"{games.door.id}/")
    Change.objects.filter(pk=row.pk).update(body=row.body.replace('"present":3', '"present":4'))
    return [f"Stream {row.stream}: record of ('headcount', '{row.key}'): stored"]


def lose_a_record(games: Games) -> list[str]:
    row = Change.objects.get(kind="presence", key__contains=games.people[2].id.hex)
    row.delete()
    return [f"Stream {row.stream}: record of ('presence', '{row.key}'): stored None", f"Stream {row.stream}: "]


def misnumber(games: Games) -> list[str]:
    stream = f"roster:{games.event.id}"
    StreamHead.objects.filter(stream=stream).update(head=0)
    return [f"Stream {stream}: a record at 1, beyond the head at 0."]


@pytest.mark.parametrize(
    "harm",
    [
        lose_presence,
        promote_nobody,
        miscount,
        forget_a_void,
        forget_a_conflict,
        swap_subjects,
        rename_behind_the_stream,
        rename_a_venue_behind_the_stream,
        move_a_window_behind_the_stream,
        miscount_in_the_stream,
        lose_a_record,
        misnumber,
    ],
)
def test_audit_finds_just_this(busy: Games, harm: Callable[[Games], list[str]]) -> None:
    expected = harm(busy)
    out = StringIO()
    with pytest.raises(SystemExit) as stop:
        call_command("audit", "--json", stdout=out)
    report = json.loads(out.getvalue())
    found = [*report["events"]["games"], *report["streams"]]
    begun = [sentence[: len(begin)] for sentence, begin in zip(found, expected, strict=False)]
    assert (stop.value.code, report["ok"], len(found), begun) == (1, False, len(expected), expected)

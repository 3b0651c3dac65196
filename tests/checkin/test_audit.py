"""`manage.py audit` finds whatever was changed behind the ledger's back."""

import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from checkin.models import AttendanceRecord, Headcount, Person, Presence
from eventsync.sync.models import Change, StreamHead
from tests.cast import NOON, Games, Phone


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


def lose_presence() -> None:
    Presence.objects.all()[0].delete()


def promote_nobody() -> None:
    Presence.objects.filter(duplicates=0).update(by="Nobody")


def miscount() -> None:
    Headcount.objects.update(present=7)


def forget_a_void() -> None:
    AttendanceRecord.objects.filter(voided=True).update(voided=False)


def swap_subjects() -> None:
    AttendanceRecord.objects.exclude(credential="").update(subject="cB")


def rename_behind_the_stream() -> None:
    Person.objects.update(name="Renamed")


def lose_a_record() -> None:
    Change.objects.filter(kind="presence")[0].delete()


def misnumber() -> None:
    StreamHead.objects.update(head=0)


@pytest.mark.parametrize(
    "harm",
    [
        lose_presence,
        promote_nobody,
        miscount,
        forget_a_void,
        swap_subjects,
        rename_behind_the_stream,
        lose_a_record,
        misnumber,
    ],
)
def test_audit_finds(busy: Games, harm: Callable[[], None]) -> None:
    harm()
    out = StringIO()
    with pytest.raises(SystemExit) as stop:
        call_command("audit", "--json", stdout=out)
    assert (stop.value.code, json.loads(out.getvalue())["ok"]) == (1, False)

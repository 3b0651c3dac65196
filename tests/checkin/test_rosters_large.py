"""Rosters as large as they get: all of one is imported, and the same file again changes nothing."""

import io

import openpyxl
import pytest
from django.db.models import Sum

from checkin.demo import generate_people, roster_csv
from checkin.models import Credential, Person
from checkin.rosters import apply_import, plan_import, read_roster
from eventsync.schedule.models import Event
from eventsync.sync.models import Change, StreamHead
from eventsync.sync.streams import roster_stream
from tests.cast import DAY

pytestmark = pytest.mark.django_db


def workbook(number: int) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("People")
    sheet.append(("number", "name", "delegation", "role", "codes", "family", "given"))
    for person in generate_people(number):
        sheet.append(person[1:])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def counted(event: Event) -> tuple[int, int, int]:
    head = StreamHead.objects.get(stream=roster_stream(event.id))
    return (Person.objects.count(), Credential.objects.count(), head.count)


def stream(event: Event) -> tuple[object, ...]:
    head = StreamHead.objects.get(stream=roster_stream(event.id))
    changes = Change.objects.filter(stream=head.stream, deleted=False).aggregate(Sum("seq"))
    return (head.head, head.checksum, changes)


@pytest.mark.parametrize(
    ("number", "kind"), [pytest.param(50_000, "csv", marks=pytest.mark.long), (5_000, "csv"), (2_000, "xlsx")]
)
def test_a_large_roster_is_imported_and_then_unchanged(number: int, kind: str) -> None:
    event = Event.objects.create(slug="camp", name="Camp", first_day=DAY, last_day=DAY)
    codes = len({person.code for person in generate_people(number)})
    content = workbook(number) if kind == "xlsx" else roster_csv(generate_people(number))
    nobody = {"changed": 0, "missing": 0, "skipped": 0}
    done = apply_import(event, plan_import(event, read_roster(f"people.{kind}", content)))
    assert done.plan.counts == {"rows": number, "new": number, "unchanged": 0, **nobody}
    assert counted(event) == (number, codes, number)
    after = stream(event)

    plan = plan_import(event, read_roster(f"people.{kind}", content))
    assert plan.counts == {"rows": number, "new": 0, "unchanged": number, **nobody}
    apply_import(event, plan)
    assert (counted(event), stream(event)) == ((number, codes, number), after)

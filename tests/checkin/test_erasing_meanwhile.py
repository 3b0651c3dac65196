"""What happens between the first look through long tables, for which nobody waits, and the erasure itself."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from checkin import roster
from checkin.models import Person
from checkin.privacy import erasing
from eventsync.privacy.registry import Whom
from eventsync.sync import quarantine
from eventsync.sync.models import Operation, Quarantined
from tests.cast import NOON, Games, Phone, add_person, give_code
from tests.checkin.erasure import NAME, Life, at_a_door_to_come, found, make_life
from tests.checkin.walk_ins import healthy


@pytest.fixture
def life(games: Games) -> Life:
    return make_life(games)


def while_it_begins(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Long tables are looked through first, and nobody waits for that: this happens before anything is locked."""
    search = erasing.search

    def and_then(person: Person) -> Whom:
        found = search(person)
        happens()
        return found

    monkeypatch.setattr(erasing, "search", and_then)


def test_what_comes_after_long_tables_were_looked_through_goes_too(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    guest = str(life.games.people[1].pk)
    said = life.say(life.lead, "checkin.hold", person=guest, desk="lead", reason=f"Again with {NAME}")
    while_it_begins(monkeypatch, lambda: life.lead.push(said))
    erasing.erase(life.person)
    assert found(life.secrets) == {}
    assert "Again with …" in Operation.objects.get(pk=said["id"]).body


def test_code_that_is_given_after_long_tables_were_looked_through_goes_too(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    guest, said = str(life.games.people[1].pk), "swordfish-2"
    life.lead.push(life.say(life.lead, "checkin.hold", person=guest, desk="lead", reason=f"Has {said}"))
    Operation.objects.update(received_at=NOON)

    def give() -> None:
        with roster.changing(life.games.event.id) as change:
            give_code(life.person, said, change)

    while_it_begins(monkeypatch, give)
    erasing.erase(life.person)
    assert found((*life.secrets, said)) == {}


def test_old_record_that_is_run_again_after_long_tables_were_looked_through_goes_too(
    games: Games, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, _ = add_person(games.event, name=NAME, number="QX")
    door, row = at_a_door_to_come(phone, person=str(games.people[1].pk), method="scan", override=f"With {NAME}")
    for table in (Operation, Quarantined):
        table.objects.update(received_at=NOON)
    row.refresh_from_db()

    def run() -> None:
        door.save()
        roster.publish_checkpoints([door])
        assert quarantine.rerun(row, by="maria", now=timezone.now()).applied

    while_it_begins(monkeypatch, run)
    erasing.erase(person)
    assert (found((NAME,)), healthy(games)) == ({}, [])


def test_old_records_are_looked_through_once_and_before_phones_must_wait(life: Life) -> None:
    with CaptureQueriesContext(connection) as asked:
        erasing.erase(life.person)
    said = [each["sql"] for each in asked]
    begun = next(number for number, sql in enumerate(said) if "sync_streamhead" in sql)
    looks = [(number, sql) for number, sql in enumerate(said) if "sync_operation" in sql and "LIKE" in sql]
    whole = [number < begun for number, sql in looks if '"received_at" >=' not in sql and " IN (" not in sql]
    assert (whole, len(looks) > 1) == ([True], True)

"""Importing: once is once, a changed file updates, nothing is half-imported."""

import json
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import DatabaseError, connection

from checkin import roster, rules
from checkin.models import AttendanceRecord, Credential, Headcount, Person
from checkin.rosters import Plan, Report, RosterError, apply_import, applying, plan_import, read_roster
from eventsync.jobs.models import DomainEvent
from eventsync.schedule.models import Event
from eventsync.sync.models import Change, StreamHead
from eventsync.sync.streams import roster_stream
from tests.cast import DAY, Games, Phone, make_games

pytestmark = pytest.mark.django_db

SAMPLE = (Path(__file__).parent.parent / "data" / "roster.csv").read_bytes()


def plan(event: Event, content: bytes | str) -> Plan:
    return plan_import(event, read_roster("people", content.encode() if isinstance(content, str) else content))


def take(event: Event, content: bytes | str) -> Report:
    return apply_import(event, plan(event, content))


def heads() -> dict[str, int]:
    return dict(StreamHead.objects.values_list("stream", "head"))


def everything() -> tuple[object, ...]:
    return (
        list(Person.objects.order_by("id").values()),
        list(Credential.objects.order_by("id").values()),
        list(Change.objects.order_by("stream", "kind", "key").values()),
        sorted(heads().items()),
    )


class Recorder:
    """The statements that reach the database."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def __call__(self, execute, sql, params, many, context):
        self.statements.append(sql)
        return execute(sql, params, many, context)


@pytest.fixture
def event() -> Event:
    return Event.objects.create(slug="camp", name="Camp", first_day=DAY, last_day=DAY)


def test_import_tells_how_many_it_added_and_changed(event: Event) -> None:
    take(event, "number,name\n1,Anna\n2,Bert\n")
    take(event, "number,name\n1,Anne\n2,Bert\n")
    take(event, "number,name\n1,Anne\n2,Bert\n")
    told = DomainEvent.objects.filter(name="roster_imported", event_id=event.id).order_by("id")
    said = [json.loads(body) for body in told.values_list("body", flat=True)]
    assert [(each["new"], each["changed"]) for each in said] == [(2, 0), (0, 1)]


def test_people_are_on_the_roster_and_in_its_stream(event: Event) -> None:
    assert take(event, SAMPLE).counts["new"] == 3
    aino, soo, ida = Person.objects.order_by("external_id")
    assert (aino.external_id, aino.name, aino.search, aino.delegation, aino.role) == (
        "F-001", "Aino Mäkinen", "aino makinen", "Finland", "athlete",
    )  # fmt: skip
    assert [len(code) for code in aino.credentials.values_list("code", flat=True)] == [rules.CODE_LENGTH]
    assert sorted(ida.credentials.values_list("code", flat=True)) == ["GATE-78", "GATE-79"]
    bodies = {row.key: row.body for row in Change.objects.filter(stream=roster_stream(event.id), kind="person")}
    assert set(bodies) == {str(aino.id), str(soo.id), str(ida.id)}
    assert rules.credential_digest(str(event.id), "GATE-77") in bodies[str(soo.id)]


def test_the_same_file_again_changes_nothing(event: Event) -> None:
    take(event, SAMPLE)
    before = everything()
    assert take(event, SAMPLE).counts == {
        "rows": 3, "new": 0, "changed": 0, "unchanged": 3, "missing": 0, "skipped": 0, "replaced": 0,
    }  # fmt: skip
    assert everything() == before


def test_a_changed_file_updates_and_never_doubles(event: Event) -> None:
    take(event, "number,name,role\n1,Anna,athlete\n2,Bo,coach\n3,Cleo,guest\n")
    ids = dict(Person.objects.values_list("external_id", "id"))
    head = heads()[roster_stream(event.id)]
    report = take(event, "number,name,role\n2,Bosse,coach\n1,Anna,athlete\n4,Dag,coach\n")
    assert report.counts == {
        "rows": 3, "new": 1, "changed": 1, "unchanged": 1, "missing": 1, "skipped": 0, "replaced": 0,
    }  # fmt: skip
    people = {number: (key, name) for number, key, name in Person.objects.values_list("external_id", "id", "name")}
    assert {number: people[number][1] for number in people} == {"1": "Anna", "2": "Bosse", "3": "Cleo", "4": "Dag"}
    assert {number: people[number][0] for number in ids} == ids
    assert Person.objects.get(name="Bosse").search == "bosse"
    assert heads()[roster_stream(event.id)] == head + 1
    assert Credential.objects.count() == 4


def test_one_code_of_ours_and_never_a_second(event: Event) -> None:
    text = "number,name,codes\n1,Anna,\n"
    take(event, text)
    code = Credential.objects.get().code
    take(event, text)
    take(event, f"number,name,codes\n1,Anna,{rules.printed_code(code).lower()}\n")
    assert Credential.objects.get().code == code


def test_a_second_code_is_added_and_another_one_replaces(event: Event) -> None:
    take(event, "number,name,codes\n1,Anna,A B\n")
    take(event, "number,name,codes\n1,Anna,A B C\n")
    assert take(event, "number,name,codes\n1,Anna,A|D\n").counts["replaced"] == 2
    assert dict(Credential.objects.values_list("code", "state")) == {
        "A": "active", "B": "replaced", "C": "replaced", "D": "active",
    }  # fmt: skip
    [body] = Change.objects.filter(stream=roster_stream(event.id)).values_list("body", flat=True)
    digests = {code: rules.credential_digest(str(event.id), code) for code in "ABCD"}
    assert {code for code, digest in digests.items() if digest in body} == {"A", "D"}


def test_fewer_codes_take_none_away(event: Event) -> None:
    take(event, "number,name,codes\n1,Anna,A B\n")
    assert take(event, "number,name,codes\n1,Anna,B\n").counts["unchanged"] == 1
    assert take(event, "number,name,codes\n1,Anna,\n").counts["unchanged"] == 1
    assert set(Credential.objects.values_list("state", flat=True)) == {"active"}


def test_a_code_for_somebody_who_has_one_of_ours_leaves_it(event: Event) -> None:
    take(event, "number,name,codes\n1,Anna,\n")
    take(event, "number,name,codes\n1,Anna,TICKET\n")
    assert list(Credential.objects.values_list("state", flat=True)) == ["active", "active"]


def test_codes_may_be_typed_in_groups_and_hold_spaces(event: Event) -> None:
    take(event, 'number,name,codes\n1,Anna,acdef ghjkm npqrt\n2,Bo,"""a b"" c"\n')
    assert set(Credential.objects.values_list("code", flat=True)) == {"ACDEFGHJKMNPQRT", "a b", "c"}


def test_a_code_that_was_scanned_before_it_was_known_finds_its_person(games: Games, phone: Phone) -> None:
    phone.push(phone.arrive(rules.credential_digest(str(games.event.id), "LATE-1")))
    assert Headcount.objects.get().unidentified == 1
    take(games.event, "number,name,codes\nL1,Late Lars,LATE-1\n")
    counts = Headcount.objects.get()
    assert (counts.present, counts.unidentified) == (1, 0)
    assert AttendanceRecord.objects.get().subject == "p" + Person.objects.get(external_id="L1").id.hex


def test_nothing_is_half_imported_when_one_row_is_wrong(event: Event) -> None:
    broken = plan(event, "number,name\n1,Anna\n2,\n")
    with pytest.raises(RosterError) as caught:
        apply_import(event, broken)
    assert str(caught.value) == "Nothing was imported, because of row 3, name: The name is empty."
    assert (Person.objects.count(), heads()) == (0, {})


def test_many_wrong_rows_are_counted(event: Event) -> None:
    with pytest.raises(RosterError) as caught:
        apply_import(event, plan(event, "number,name\n1,\n2,\n3,\n"))
    assert str(caught.value) == (
        "Nothing was imported, because 3 rows have errors; the first is row 2, name: The name is empty."
    )


def test_nothing_is_half_imported_when_the_database_fails(event: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    before = everything()

    def fail(*args: object) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr(applying, "_give_codes", fail)
    with pytest.raises(DatabaseError):
        take(event, SAMPLE)
    assert everything() == before


def test_two_plans_that_were_made_before_either_was_applied(event: Event) -> None:
    first, second = plan(event, SAMPLE), plan(event, SAMPLE)
    assert apply_import(event, first).counts["new"] == 3
    before = everything()
    assert apply_import(event, second).counts["new"] == 0
    assert everything() == before


def test_a_plan_that_the_roster_has_overtaken_is_refused(event: Event) -> None:
    mine = plan(event, "number,name,codes\n1,Anna,A\n")
    take(event, "number,name,codes\n2,Bo,A\n")
    with pytest.raises(RosterError) as caught:
        apply_import(event, mine)
    assert str(caught.value) == (
        "The roster has changed since the file was checked. "
        "Nothing was imported, because of row 2, codes: This code is another person's already."
    )
    assert Person.objects.count() == 1


def test_somebody_who_was_removed_meanwhile_is_new_again(event: Event) -> None:
    take(event, SAMPLE)
    mine = plan(event, SAMPLE)
    roster.remove_people(event.id, [Person.objects.get(external_id="F-001").id])
    assert apply_import(event, mine).counts["new"] == 1
    assert Person.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_the_same_file_four_times_at_once_is_imported_once() -> None:
    event = make_games(people=0).event
    content = "number,name,codes\n" + "".join(f"{n},Guest {n},{'' if n % 2 else f'T{n}'}\n" for n in range(300))
    start = threading.Barrier(4)

    def run(_: int) -> int:
        try:
            mine = plan(event, content)
            start.wait()
            return apply_import(event, mine).counts["new"]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(run, range(4))) == [0, 0, 0, 300]
    assert (Person.objects.count(), Credential.objects.count()) == (300, 300)


@pytest.mark.django_db(transaction=True)
def test_the_database_looks_at_the_new_rows() -> None:
    event = make_games(people=0).event
    recorder = Recorder()
    with connection.execute_wrapper(recorder):
        take(event, SAMPLE)
    assert [sql.replace('"', "") for sql in recorder.statements if sql.startswith("ANALYZE")] == [
        "ANALYZE checkin_person",
        "ANALYZE checkin_credential",
        "ANALYZE sync_change",
    ]


@pytest.mark.django_db(transaction=True)
def test_an_import_that_is_committed_does_not_fail_for_statistics(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    event = make_games(people=0).event
    monkeypatch.setattr(Change._meta, "db_table", "there_is_no_such_table")
    applying._analyze()
    assert [record.levelname for record in caplog.records if record.name.startswith("checkin")] == ["WARNING"]
    assert Event.objects.filter(id=event.id).exists()


def test_an_import_of_three_takes_as_many_queries_as_one_of_one(event: Event) -> None:
    def rows(count: int) -> str:
        return "number,name\n" + "".join(f"{uuid.uuid4()},Anna\n" for _ in range(count))

    take(event, rows(1))
    counted = []
    for count in (1, 3):
        recorder = Recorder()
        mine = plan(event, rows(count))
        with connection.execute_wrapper(recorder):
            apply_import(event, mine)
        counted.append(len(recorder.statements))
    assert counted[0] == counted[1]

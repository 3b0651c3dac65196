"""pretix's export of order positions, as it comes."""

import csv
import io
from pathlib import Path

import openpyxl
import pytest

from checkin.models import Credential, Person
from checkin.rosters import Note, Plan, RosterError, apply_import, plan_import, read_roster
from checkin.rules import credential_digest
from eventsync.schedule.models import Event
from tests.cast import DAY

pytestmark = pytest.mark.django_db

SAMPLE = (Path(__file__).parent.parent / "data" / "pretix-positions.csv").read_bytes()


@pytest.fixture
def event() -> Event:
    return Event.objects.create(slug="alder", name="Alder Games", first_day=DAY, last_day=DAY)


def plan(event: Event, content: bytes) -> Plan:
    return plan_import(event, read_roster("positions", content))


def rows() -> list[list[str]]:
    return list(csv.reader(io.StringIO(SAMPLE.decode())))


def with_semicolons() -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL).writerows(rows())
    return text.getvalue().encode("utf-8-sig")


def as_workbook() -> bytes:
    """pretix writes the orders into a sheet of their own, before the positions."""
    book, file = openpyxl.Workbook(write_only=True), io.BytesIO()
    book.create_sheet("Orders").append(["Order code", "Status", "Name"])
    sheet = book.create_sheet("Order positions")
    header, *positions = rows()
    sheet.append(header)
    for position in positions:
        sheet.append([int(value) if value.isdigit() else value for value in position])
    book.save(file)
    return file.getvalue()


def edited(**changes: str) -> bytes:
    """The first position of the sample with other values; the words of a header are joined by underscores."""
    header, first, *_ = rows()
    record = dict(zip(header, first, strict=True)) | {name.replace("_", " "): text for name, text in changes.items()}
    text = io.StringIO()
    csv.writer(text).writerows([header, [record[name] for name in header]])
    return text.getvalue().encode()


PEOPLE = {
    ("QK3T7-1", "Zoë Käppeli", "Team Alder", "Athlete, Swimming", "w8hqz0d4yv5k2m9c1xtr6bnf3jsgaepu"),
    ("QK3T7-2", "Rasmus Ø", "Team Alder", "Coach", "c4n7e1kz9q2xw5t8hm0vd3yrbs6jfgpa"),
    ("VW9RA-1", "李 小龙", "", "Guest", "h5x1v8s3kd6qz0tb9w4mj7yrc2nfgape"),
    ("ZD8ME-1", "Yasmin Haddad", "", "Family", "k1w6t4z8xq3m9h0bd7c5rj2ysvnpgfae"),
}


@pytest.mark.parametrize("content", [SAMPLE, with_semicolons(), as_workbook()], ids=["csv", "semicolons", "xlsx"])
def test_the_export_is_taken_as_it_comes(event: Event, content: bytes) -> None:
    found = plan(event, content)
    assert found.format == "pretix"
    assert found.remarks == []
    assert found.skipped == [
        Note(4, "Attendee name", "The add-on “Lunch box” is for nobody by name."),
        Note(6, "Status", "The ticket is canceled."),
        Note(7, "Status", "The ticket is expired."),
        Note(9, "Attendee name", "The ticket “Parking” is for nobody by name."),
    ]
    assert found.warnings == [
        Note(5, "Status", "The ticket is not paid yet."),
        Note(8, "Attendee name", "The ticket has no attendee; the name on the invoice was taken."),
    ]
    assert apply_import(event, found).counts == {
        "rows": 8, "new": 4, "changed": 0, "unchanged": 0, "missing": 0, "skipped": 4, "replaced": 0,
    }  # fmt: skip
    stored = Person.objects.values_list("external_id", "name", "delegation", "role", "credentials__code")
    assert set(stored) == PEOPLE
    families = dict(Person.objects.values_list("external_id", "family"))
    assert families == {"QK3T7-1": "QK3T7", "QK3T7-2": "QK3T7", "VW9RA-1": "VW9RA", "ZD8ME-1": ""}
    assert plan(event, content).counts["unchanged"] == 4


def test_printed_tickets_scan(event: Event) -> None:
    apply_import(event, plan(event, SAMPLE))
    digests = {credential_digest(str(event.id), secret) for *_, secret in PEOPLE}
    assert set(Credential.objects.values_list("digest", flat=True)) == digests


@pytest.mark.parametrize("secret", ["a b|c", ' "x" ', "ABCDE-FGHJK", "'", "ß" * 10, "x\x1dy"])
def test_a_secret_is_kept_byte_for_byte(event: Event, secret: str) -> None:
    apply_import(event, plan(event, edited(Ticket_secret=secret)))
    assert Credential.objects.get().digest == credential_digest(str(event.id), secret)


def test_pretix_own_escapes_are_undone(event: Event) -> None:
    [entry] = plan(event, edited(Attendee_name="'=Anna", Ticket_secret="'+x/y=")).new
    assert (entry.name, entry.codes) == ("=Anna", ("+x/y=",))


@pytest.mark.parametrize("scheme", ["Given name", "Calling name"])
def test_what_to_call_people_is_taken_from_the_parts_of_their_names(event: Event, scheme: str) -> None:
    header, first, *_ = rows()
    text = io.StringIO()
    csv.writer(text).writerows([[*header, f"Attendee name: {scheme}"], [*first, "Zoë"]])
    apply_import(event, plan(event, text.getvalue().encode()))
    assert Person.objects.values_list("name", "given").get() == ("Zoë Käppeli", "Zoë")
    assert plan(event, edited()).counts["unchanged"] == 1


def test_a_new_secret_replaces_the_old_one_and_leaves_the_wristband(event: Event) -> None:
    apply_import(event, plan(event, edited()))
    person = Person.objects.get()
    wristband = "ACDEFGHJKMNPQRT"
    digest = credential_digest(str(event.id), wristband)
    Credential.objects.create(event=event, person=person, code=wristband, digest=digest)
    report = apply_import(event, plan(event, edited(Ticket_secret="reissued")))
    assert report.counts["replaced"] == 1
    assert dict(Credential.objects.values_list("code", "state")) == {
        "w8hqz0d4yv5k2m9c1xtr6bnf3jsgaepu": "replaced",
        "reissued": "active",
        wristband: "active",
    }
    back = plan(event, edited())
    assert back.counts["unchanged"] == 1
    assert back.warnings == [Note(2, "Ticket secret", "This code was replaced before; it stays so.")]


def test_a_ticket_that_was_canceled_since_marks_its_person_and_says_so(event: Event) -> None:
    apply_import(event, plan(event, edited()))
    canceled = edited(Status="canceled", Attendee_name="")
    found = plan(event, canceled)
    assert found.warnings == [
        Note(2, "Status", "The ticket is canceled. Zoë Käppeli is on the roster and counts as cancelled from now on."),
    ]
    assert found.counts == {"rows": 1, "new": 0, "changed": 1, "unchanged": 0, "missing": 0, "skipped": 0}
    apply_import(event, found)
    assert Person.objects.values_list("name", "standing").get() == ("Zoë Käppeli", "cancelled")
    assert plan(event, canceled).counts["unchanged"] == 1
    [back] = plan(event, edited()).changed
    assert back.columns == {"standing": ("cancelled", "expected")}


def test_a_canceled_ticket_of_nobody_on_the_roster_is_skipped(event: Event) -> None:
    found = plan(event, edited(Status="canceled"))
    assert (found.counts["new"], found.skipped) == (0, [Note(2, "Status", "The ticket is canceled.")])


def test_a_pending_ticket_is_somebody_who_has_not_paid(event: Event) -> None:
    apply_import(event, plan(event, edited(Status="pending")))
    assert Person.objects.get().standing == "unpaid"


FAULTS = {
    "bezahlt": Note(2, "Status", "The status “bezahlt” is not known; export from pretix in English."),
    "": Note(2, "Status", "The status “” is not known; export from pretix in English."),
}


@pytest.mark.parametrize("status", FAULTS)
def test_an_unknown_status_is_a_fault(event: Event, status: str) -> None:
    assert plan(event, edited(Status=status)).problems == [FAULTS[status]]


def test_a_position_without_its_number_is_a_fault(event: Event) -> None:
    assert plan(event, edited(Order_code="")).problems == [Note(2, "Order code", "It is empty.")]
    assert plan(event, edited(Position_ID="")).problems == [Note(2, "Position ID", "It is empty.")]


def test_other_faults_are_shown_under_pretix_own_headers(event: Event) -> None:
    long = {"Attendee_name": "n" * 201, "Attendee_company": "c" * 201, "Product": "p" * 101, "Ticket_secret": "s" * 201}
    assert [(row, column) for row, column, _ in plan(event, edited(**long)).problems] == [
        (2, "Attendee company"),
        (2, "Attendee name"),
        (2, "Product"),
        (2, "Ticket secret"),
    ]


def test_a_blocked_ticket_is_named(event: Event) -> None:
    assert plan(event, edited(Blocked="admin")).warnings == [Note(2, "Blocked", "The ticket is blocked in pretix.")]


def test_a_ticket_without_a_secret_gets_a_code_of_ours(event: Event) -> None:
    apply_import(event, plan(event, edited(Ticket_secret="")))
    assert len(Credential.objects.get().code) == 15


def test_a_missing_column_is_named() -> None:
    with pytest.raises(RosterError) as caught:
        read_roster("positions", b"Order code,Position ID,Attendee name\nA,1,Anna\n")
    assert str(caught.value) == (
        "The columns “status” and “ticket secret” are missing; "
        "the first row has “Order code”, “Position ID”, “Attendee name”."
    )

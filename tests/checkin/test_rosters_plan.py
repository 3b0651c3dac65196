"""What is wrong with rows, by row and column, and what a file would change."""

import pytest
from django.db import models

from checkin import roster
from checkin.models import Credential, CredentialState, Person, RosterImport
from checkin.rosters import Note, Plan, apply_import, plan_import, read_roster
from checkin.rosters.listing import _CODE_LIMIT, _LIMITS
from eventsync.schedule.models import Event
from tests.cast import DAY, Games, add_person, make_games

pytestmark = pytest.mark.django_db

HEADER = "Number,Full name,delegation,role,codes\n"


def plan(event: Event, text: str) -> Plan:
    return plan_import(event, read_roster("people", text.encode()))


def problems(event: Event, rows: str) -> list[Note]:
    return plan(event, HEADER + rows).problems


@pytest.fixture
def event() -> Event:
    return Event.objects.create(slug="camp", name="Camp", first_day=DAY, last_day=DAY)


def test_limits_are_those_of_the_tables() -> None:
    def longest(model: type[models.Model], name: str) -> int | None:
        found = model._meta.get_field(name)
        assert isinstance(found, models.Field)
        return found.max_length

    fields = {"number": "external_id", **{name: name for name in ("name", "delegation", "role", "family", "given")}}
    assert {name: longest(Person, field) for name, field in fields.items()} == _LIMITS
    assert longest(Credential, "code") == _CODE_LIMIT
    assert longest(RosterImport, "step") == 16


BAD_ROWS = {
    "1,,,,\n": [Note(2, "Full name", "The name is empty.")],
    "1,\u200b \u00a0,,,\n": [Note(2, "Full name", "The name is empty.")],
    ",Anna,,,\n": [Note(2, "Number", "The number is empty.")],
    "1,Anna,,,\n2,Bo,,,\n1,Cleo,,,\n": [Note(4, "Number", "The number 1 is also in row 2.")],
    "1,Anna,,,A\n2,Bo,,,B A\n": [
        Note(3, "codes", "This code is also in row 2; a code is for one person, or for one family.")
    ],
    "1,An\0na,,,\n": [Note(2, "Full name", "There is a NUL character in it; type it again.")],
    "1,Anna,,,A\0\n": [Note(2, "codes", "There is a NUL character in it; type it again.")],
    "1,#N/A,,,#REF!\n": [
        Note(2, "Full name", "It holds an error of the spreadsheet, #N/A."),
        Note(2, "codes", "It holds an error of the spreadsheet."),
    ],
    f"{'1' * 101},{'n' * 201},{'d' * 201},{'r' * 101},{'c' * 201}\n": [
        Note(2, "Full name", "It has 201 characters; at most 200 fit."),
        Note(2, "Number", "It has 101 characters; at most 100 fit."),
        Note(2, "codes", "A code has more than 200 characters."),
        Note(2, "delegation", "It has 201 characters; at most 200 fit."),
        Note(2, "role", "It has 101 characters; at most 100 fit."),
    ],
    "1,Berg,Anna,coach,A,B\n": [Note(2, "", "The row has more cells than the header.")],
}


@pytest.mark.parametrize("rows", BAD_ROWS)
def test_faults_are_named_by_row_and_column(event: Event, rows: str) -> None:
    assert problems(event, rows) == BAD_ROWS[rows]


def test_texts_that_just_fit_are_no_fault(event: Event) -> None:
    rows = f"{'1' * 100},{'n' * 200},{'d' * 200},{'r' * 100},{'c' * 200}\n"
    assert problems(event, rows) == []


def test_a_code_of_somebody_else_is_a_fault_whatever_its_state(games: Games) -> None:
    Credential.objects.filter(code=games.codes[1]).update(state=CredentialState.REVOKED)
    rows = f"0,Guest 0,,,{games.codes[1]}\nnew,Somebody,,,{games.codes[2]}\n"
    message = "This code is another person's already."
    assert problems(games.event, rows) == [Note(2, "codes", message), Note(3, "codes", message)]


def test_the_same_code_and_number_in_another_event_are_no_fault(games: Games, event: Event) -> None:
    found = plan(event, f"{HEADER}0,Guest 0,,,{games.codes[0]}\n")
    assert (found.problems, found.counts["new"], found.missing) == ([], 1, 0)


def test_what_would_change_is_shown_by_column(games: Games) -> None:
    text = "number,name,delegation\n0,Guest 0,\n1,Guest One,Malta\n9,Zoë,Malta\n"
    found = plan(games.event, text)
    [changed], [new] = found.changed, found.new
    assert (changed.row, changed.number, changed.columns) == (
        3, "1", {"name": ("Guest 1", "Guest One"), "delegation": ("", "Malta")},
    )  # fmt: skip
    assert (new.row, new.number, new.name, new.delegation, new.role) == (4, "9", "Zoë", "Malta", "")
    assert found.counts == {"rows": 3, "new": 1, "changed": 1, "unchanged": 1, "missing": 3, "skipped": 0}
    assert Person.objects.filter(event=games.event).count() == 5


def test_a_column_that_is_not_there_changes_nothing(event: Event) -> None:
    apply_import(event, plan(event, f"{HEADER}1,Anna,Malta,coach,A\n"))
    assert plan(event, "number,name\n1,Anna\n").counts["unchanged"] == 1
    [changed] = plan(event, "number,name,role\n1,Anna,\n").changed
    assert changed.columns == {"role": ("coach", "")}


@pytest.mark.parametrize("header", ["given", "Given name", "First name", "FORENAME", "known_as"])
def test_what_to_call_people_is_a_column_of_its_own(event: Event, header: str) -> None:
    apply_import(event, plan(event, f"number,name,{header}\n1,Nguyễn Thị Mỹ,Mỹ\n"))
    assert Person.objects.values_list("name", "given", "search").get() == ("Nguyễn Thị Mỹ", "Mỹ", "nguyen thi my")
    assert plan(event, "number,name\n1,Nguyễn Thị Mỹ\n").counts["unchanged"] == 1
    [changed] = plan(event, f"number,name,{header}\n1,Nguyễn Thị Mỹ,\n").changed
    assert changed.columns == {"given": ("Mỹ", "")}


def test_spaces_and_composition_are_no_difference(event: Event) -> None:
    person, _ = add_person(event, name="Zoe\u0308  van  Berg ", number=" 7  a")
    found = plan(event, "number,name\n7 a,Zoë van Berg\n")
    assert (found.counts["unchanged"], found.missing) == (1, 0)
    [changed] = plan(event, "number,name\n7 a,Zoë Berg\n").changed
    assert (changed.id, changed.number) == (person.id, " 7  a")


def test_a_withdrawn_code_stays_withdrawn_and_is_named(games: Games) -> None:
    with roster.changing(games.event.id):
        Credential.objects.filter(code=games.codes[0]).update(state=CredentialState.REVOKED)
    found = plan(games.event, f"number,name,codes\n0,Guest 0,{games.codes[0]}\n")
    assert found.warnings == [Note(2, "codes", "This code was revoked before; it stays so.")]
    assert found.counts["unchanged"] == 1


def test_a_plan_takes_as_many_queries_for_three_people_as_for_one(games: Games, django_assert_num_queries) -> None:
    for rows in ("0,A\n", "0,A\n1,B\n7,C\n"):
        with django_assert_num_queries(2):
            plan(games.event, f"number,name\n{rows}")


def test_other_events_are_left_alone(games: Games) -> None:
    other = make_games("other")
    apply_import(games.event, plan(games.event, "number,name\n0,Changed\n"))
    assert set(Person.objects.filter(event=other.event).values_list("name", flat=True)) == {
        f"Guest {number}" for number in range(5)
    }


STANDINGS = {
    "": "expected", "Expected": "expected", "paid": "expected", "CANCELLED": "cancelled", " canceled ": "cancelled",
    "Unpaid": "unpaid", "not  paid": "unpaid", "pending": "unpaid",
}  # fmt: skip


@pytest.mark.parametrize("word", STANDINGS)
def test_a_standing_is_read_by_its_word(event: Event, word: str) -> None:
    apply_import(event, plan(event, f"number,name,Standing\n1,Anna,{word}\n"))
    assert Person.objects.get().standing == STANDINGS[word]


@pytest.mark.parametrize("header", ["standing", "Status"])
def test_an_unknown_standing_is_reported_and_never_guessed(event: Event, header: str) -> None:
    found = plan(event, f"number,name,{header}\n1,Anna,storniert\n2,Bo,unpaid\n")
    message = "“storniert” is not a standing. Write expected, cancelled or unpaid, or leave the column out."
    assert found.problems == [Note(2, header, message)]


def test_a_file_without_standings_leaves_them_and_an_empty_cell_means_expected(event: Event) -> None:
    apply_import(event, plan(event, "number,name,standing\n1,Anna,cancelled\n"))
    assert plan(event, "number,name\n1,Anna\n").counts["unchanged"] == 1
    [changed] = plan(event, "number,name,standing\n1,Anna,\n").changed
    assert changed.columns == {"standing": ("cancelled", "expected")}

"""Export gives back what import takes, whatever people are called, and no spreadsheet runs it."""

import csv
import io
import uuid
from collections.abc import Sequence
from typing import Literal, get_args

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checkin import roster, rules
from checkin.models import Credential, CredentialState, Person
from checkin.rosters import FORMATS, RosterError, apply_import, export_roster, plan_import, read_roster
from eventsync.schedule.models import Event
from eventsync.tables import cells
from tests.cast import DAY, add_person, give_code

pytestmark = pytest.mark.django_db

Format = Literal["csv", "xlsx"]
BOTH: Sequence[Format] = get_args(Format)
HEADERS = ("number", "name", "delegation", "role", "codes", "standing", "family", "given")


def new_event() -> Event:
    return Event.objects.create(slug=uuid.uuid4().hex, name="Camp", first_day=DAY, last_day=DAY)


def exported(event: Event, kind: Format) -> list[tuple[str, ...]]:
    content = export_roster(event, kind)
    if kind == "csv":
        return [tuple(row) for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))]
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    return [tuple("" if value is None else str(value) for value in row) for row in sheet.iter_rows(values_only=True)]


def test_formats_are_those_that_are_offered() -> None:
    assert sorted(FORMATS) == sorted(BOTH)


@pytest.mark.parametrize("kind", BOTH)
def test_the_roster_is_given_by_name_with_active_codes(kind: Format) -> None:
    event = new_event()
    zoe, _ = add_person(event, name="Zoë Berg", number="1", code="ACDEFGHJKMNPQRT")
    add_person(event, name="Anna Berg", number="2", code="T 2")
    Person.objects.filter(id=zoe.id).update(delegation="Malta", role="coach", standing="unpaid", given="Zo")
    with roster.changing(event.id) as change:
        give_code(zoe, "LOST", change, state=CredentialState.REVOKED)
        give_code(zoe, "BAND", change)
    assert exported(event, kind) == [
        HEADERS,
        ("2", "Anna Berg", "", "", '"T 2"', "expected", "", ""),
        ("1", "Zoë Berg", "Malta", "coach", "ACDEF-GHJKM-NPQRT BAND", "unpaid", "", "Zo"),
    ]


@pytest.mark.parametrize("kind", BOTH)
def test_an_empty_roster_is_a_header(kind: Format) -> None:
    assert exported(new_event(), kind) == [HEADERS]


def test_csv_starts_with_a_mark_for_excel() -> None:
    assert export_roster(new_event(), "csv").startswith(b"\xef\xbb\xbfnumber,name")


RISKY = ["=1+1", "+1", "-1", "@a", "|x", "%y", "＝1", "'=x", "''=x", "=cmd|' /C calc'!A0"]


@pytest.mark.parametrize("kind", BOTH)
def test_no_cell_is_a_formula(kind: Format) -> None:
    event = new_event()
    for number, name in enumerate(RISKY):
        add_person(event, name=name, number=f"-{number}", code=f"=T{number}")
    _, *rows = exported(event, kind)
    assert {row[1] for row in rows} == {f"'{name}" for name in RISKY}
    assert {cell[0] for row in rows for cell in (row[0], row[4])} == {"'"}
    if kind == "xlsx":
        sheet = openpyxl.load_workbook(io.BytesIO(export_roster(event, "xlsx"))).active
        assert sheet is not None
        assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "inlineStr", "n"}
    assert plan_import(event, read_roster("again", export_roster(event, kind))).counts["unchanged"] == len(RISKY)


def test_a_code_that_xml_cannot_hold_is_named_and_csv_holds_it() -> None:
    event = new_event()
    add_person(event, name="Anna", number="7", code="]C1\x1d42")
    with pytest.raises(RosterError) as caught:
        export_roster(event, "xlsx")
    assert str(caught.value) == "A code of Anna (7) does not fit into XLSX; export the roster as CSV."
    assert plan_import(event, read_roster("again", export_roster(event, "csv"))).counts["unchanged"] == 1


@pytest.mark.parametrize("text", [*RISKY, "\t=1", "' =1", " ", "", "'", "'tis", "''", "a=b"])
def test_escapes_are_undone_exactly(text: str) -> None:
    assert cells.unescape(cells.escape(text)) == text


# Whatever a person can type in admin: everything but NUL and halves of surrogate pairs.
ANYTHING = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
# An error of a spreadsheet is nobody's name.
TEXT = st.text(ANYTHING, max_size=12).filter(lambda text: not text.strip().startswith("#"))
HOSTILE = st.sampled_from(
    [
        *RISKY, 'a"b', '"', '"""', "a,b;c\td", "a\nb", "a\r\nb", "محمد", "\u202eevil", "שָׁלוֹם", "Zoe\u0308", "O", "王",
        "x005F_", "_x0041_",
    ]
)  # fmt: skip
NAME = (TEXT | HOSTILE | st.just("0\x1b0")).filter(lambda name: not cells.shows_nothing(cells.clean(name)))
# A code with control characters cannot stand in a workbook.
CODE = (st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]), min_size=1, max_size=12) | HOSTILE).map(
    lambda code: code.replace("\r", "") or "x"
)
PEOPLE = st.lists(st.tuples(NAME, TEXT | HOSTILE, TEXT | HOSTILE, st.lists(CODE, max_size=3)), max_size=5)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(people=PEOPLE, kind=st.sampled_from(BOTH))
def test_what_is_exported_changes_nothing_and_makes_the_same_roster_elsewhere(
    people: list[tuple[str, str, str, list[str]]], kind: Format
) -> None:
    event, other = new_event(), new_event()
    _store(event, people)
    content = export_roster(event, kind)
    if not people:
        return
    plan = plan_import(event, read_roster("again", content))
    assert (plan.problems, plan.counts["unchanged"], plan.missing) == ([], len(people), 0)
    apply_import(other, plan_import(other, read_roster("there", content)))
    assert _shown(other) == _shown(event)
    assert sorted(exported(other, kind)) == sorted(exported(event, kind))


def _store(event: Event, people: list[tuple[str, str, str, list[str]]]) -> None:
    seen: set[str] = set()
    with roster.changing(event.id) as change:
        for number, (name, given, delegation, codes) in enumerate(people):
            said = {"name": name, "search": rules.search_key(name), "given": given, "delegation": delegation}
            person = Person.objects.create(event=event, external_id=str(number), **said)
            # Nobody is without a code, or import makes one elsewhere.
            for code in [f"ticket-{number}", *codes]:
                digest = rules.credential_digest(str(event.id), code)
                if digest not in seen:
                    seen.add(digest)
                    give_code(person, code, change)


def _shown(event: Event) -> dict[str, tuple[str, str, str, str, frozenset[str]]]:
    codes: dict[uuid.UUID, set[str]] = {}
    for person, code in Credential.objects.filter(event=event).values_list("person_id", "code"):
        codes.setdefault(person, set()).add(rules.canonical_code(code))
    return {
        person.external_id: (
            cells.clean(person.name),
            person.search,
            cells.clean(person.given),
            cells.clean(person.delegation),
            frozenset(codes.get(person.id, ())),
        )
        for person in Person.objects.filter(event=event)
    }

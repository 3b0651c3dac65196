"""Families: who came together, and one code for all of them."""

import json
from itertools import permutations

import pytest
from django.test import Client
from django.urls import reverse

from checkin import roster
from checkin.models import Credential, CredentialState, Person
from checkin.rosters import Note, Plan, RosterError, apply_import, export_roster, plan_import, read_roster
from eventsync.schedule.models import Event
from eventsync.sync import audit as streams
from eventsync.sync.models import Change
from tests.cast import DAY, Games, make_phone
from tests.checkin.walk_ins import WALK_IN, merge, people, register

pytestmark = pytest.mark.django_db

HEADER = "number,name,family,codes\n"
ROWS = ("1,Ann Ek,F7,TICKET\n", "2,Bo Ek,F7,TICKET\n", "3,Cleo Ek,F7,TICKET\n")


@pytest.fixture
def event() -> Event:
    return Event.objects.create(slug="camp", name="Camp", first_day=DAY, last_day=DAY)


def plan(event: Event, text: str) -> Plan:
    return plan_import(event, read_roster("people", text.encode()))


def take(event: Event, text: str) -> None:
    apply_import(event, plan(event, text))


def codes(event: Event) -> dict[str, list[str]]:
    """Active codes by number."""
    found: dict[str, list[str]] = {number: [] for number in event.people.values_list("external_id", flat=True)}
    active = Credential.objects.filter(event=event, state=CredentialState.ACTIVE).order_by("id")
    for number, code in active.values_list("person__external_id", "code"):
        found[number].append(code)
    return found


def wire(event: Event) -> dict[str, str | None]:
    """The families that phones hear of, by name."""
    bodies = [
        json.loads(body)
        for body in Change.objects.filter(stream=f"roster:{event.id}", deleted=False).values_list("body", flat=True)
    ]
    return {body["name"]: body.get("family") for body in bodies}


def test_a_code_of_a_whole_family_is_the_first_ones_and_nobody_gets_another(event: Event) -> None:
    take(event, HEADER + "".join(ROWS))
    assert codes(event) == {"1": ["TICKET"], "2": [], "3": []}
    assert wire(event) == {"Ann Ek": "F7", "Bo Ek": "F7", "Cleo Ek": "F7"}
    assert list(streams.differences()) == []


@pytest.mark.parametrize("order", list(permutations(ROWS)))
def test_it_stays_the_first_ones_in_whatever_order_they_come_again(event: Event, order: tuple[str, ...]) -> None:
    take(event, HEADER + "".join(ROWS))
    for rows in (order, order[1:], order[:1]):
        found = plan(event, HEADER + "".join(rows))
        assert (found.problems, found.counts["unchanged"]) == ([], len(rows))
        apply_import(event, found)
    assert codes(event) == {"1": ["TICKET"], "2": [], "3": []}


def test_somebody_who_joins_the_family_later_gets_no_code(event: Event) -> None:
    take(event, HEADER + ROWS[0])
    take(event, HEADER + "9,Dag Ek,F7,TICKET\n")
    assert codes(event) == {"1": ["TICKET"], "9": []}


def test_who_has_a_code_of_their_own_as_well_keeps_it(event: Event) -> None:
    take(event, f"{HEADER}1,Ann Ek,F7,TICKET\n2,Bo Ek,F7,TICKET BAND\n")
    assert codes(event) == {"1": ["TICKET"], "2": ["BAND"]}
    take(event, HEADER + ROWS[1])
    assert codes(event) == {"1": ["TICKET"], "2": ["BAND"]}


REFUSED = {
    "1,Ann,F7,T\n2,Bo,F8,T\n": "This code is also in row 2; a code is for one person, or for one family.",
    "1,Ann,,T\n2,Bo,,T\n": "This code is also in row 2; a code is for one person, or for one family.",
    "1,Ann,F7,T\n2,Bo,,T\n": "This code is also in row 2; a code is for one person, or for one family.",
}


@pytest.mark.parametrize("rows", list(REFUSED))
def test_a_code_of_two_families_or_of_none_is_a_fault(event: Event, rows: str) -> None:
    found = plan(event, HEADER + rows)
    assert found.problems == [Note(3, "codes", REFUSED[rows])]
    with pytest.raises(RosterError):
        apply_import(event, found)
    assert Person.objects.count() == 0


def test_a_code_of_somebody_of_another_family_is_a_fault(event: Event) -> None:
    take(event, HEADER + ROWS[0])
    assert plan(event, f"{HEADER}2,Bo Ek,F8,TICKET\n").problems == [
        Note(2, "codes", "This code is another person's already.")
    ]


def test_a_family_that_gets_another_number_keeps_its_code(event: Event) -> None:
    take(event, HEADER + "".join(ROWS))
    take(event, (HEADER + "".join(ROWS)).replace("F7", "F8"))
    assert codes(event) == {"1": ["TICKET"], "2": [], "3": []}
    assert set(wire(event).values()) == {"F8"}


def test_a_code_that_was_withdrawn_is_nobodys_and_who_is_new_gets_one(event: Event) -> None:
    take(event, HEADER + ROWS[0])
    with roster.changing(event.id):
        Credential.objects.update(state=CredentialState.REVOKED)
    found = plan(event, HEADER + ROWS[0] + ROWS[1])
    assert [note.message for note in found.warnings] == ["This code was revoked before; it stays so."] * 2
    apply_import(event, found)
    assert (codes(event)["1"], len(codes(event)["2"])) == ([], 1)


def test_a_file_without_families_leaves_them_and_an_empty_cell_empties_one(event: Event) -> None:
    take(event, HEADER + ROWS[0])
    take(event, "number,name\n1,Ann Berg\n")
    assert wire(event) == {"Ann Berg": "F7"}
    [changed] = plan(event, "number,name,Booking\n1,Ann Berg,\n").changed
    assert changed.columns == {"family": ("F7", "")}
    take(event, "number,name,Booking\n1,Ann Berg,\n")
    assert wire(event) == {"Ann Berg": None}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_changes_nothing_and_makes_the_same_family_elsewhere(event: Event, kind: str) -> None:
    take(event, f"{HEADER}{''.join(ROWS)}4,Own Code,=F9,OWN\n5,Other,=F9,OTHER\n")
    content = export_roster(event, "csv" if kind == "csv" else "xlsx")
    assert plan_import(event, read_roster("again", content)).counts["unchanged"] == 5
    other = Event.objects.create(slug="other", name="Other", first_day=DAY, last_day=DAY)
    apply_import(other, plan_import(other, read_roster("there", content)))
    assert codes(other) == codes(event) == {"1": ["TICKET"], "2": [], "3": [], "4": ["OWN"], "5": ["OTHER"]}
    assert wire(other) == wire(event)


def test_who_is_merged_into_somebody_brings_their_family(games: Games) -> None:
    phone = make_phone(games, profile="lead")
    guest, other = games.people[:2]
    Person.objects.filter(id=guest.id).update(family="F7")
    phone.push(register(phone), merge(phone, guest.id, WALK_IN), merge(phone, other.id, other.id))
    bodies = people(phone)
    assert bodies[str(WALK_IN)]["family"] == "F7"
    assert "family" not in bodies[str(other.id)]
    assert list(streams.differences()) == []


def test_an_organiser_sets_a_family_and_phones_hear_of_it(games: Games, admin_client: Client) -> None:
    guest = games.people[0]
    url = reverse("admin:checkin_person_change", args=[guest.pk])
    codes = {"credentials-TOTAL_FORMS": 0, "credentials-INITIAL_FORMS": 0}
    said = {"external_id": "0", "name": guest.name, "family": "F7", "standing": "expected"}
    assert admin_client.post(url, said | codes).status_code == 302
    assert wire(games.event)[guest.name] == "F7"

"""Roster files and those who came without being on the list: nobody is erased, and nobody who was merged comes back."""

import csv
import io
from typing import Any

import pytest

from checkin import audit
from checkin.models import Person
from checkin.rosters import Plan, apply_import, export_roster, plan_import, read_roster
from tests.cast import Games, Phone, make_phone
from tests.checkin.walk_ins import BAND, WALK_IN, digest, headcount, merge, people, register


@pytest.fixture
def lead(games: Games) -> Phone:
    """Has registered somebody who is in, with a wristband."""
    lead = make_phone(games, profile="lead", name="Lead")
    lead.push(register(lead, credential=digest(games), code=BAND), lead.arrive(digest(games)))
    return lead


def planned(games: Games, content: bytes) -> Plan:
    return plan_import(games.event, read_roster("people.csv", content))


def rows(games: Games) -> dict[str, dict[str, str]]:
    content = export_roster(games.event, "csv").decode("utf-8-sig")
    return {row["name"]: row for row in csv.DictReader(io.StringIO(content, newline=""))}


def after(games: Games, phone: Phone) -> tuple[Any, ...]:
    return (people(phone), headcount(games.door), list(audit.differences(games.event)))


def test_export_carries_walk_ins_and_import_takes_them_unchanged(games: Games, lead: Phone) -> None:
    assert rows(games)["Ada Walker"]["codes"] == BAND
    before = after(games, lead)
    report = apply_import(games.event, planned(games, export_roster(games.event, "csv")))
    assert (report.counts["unchanged"], report.counts["changed"], report.counts["new"]) == (6, 0, 0)
    assert after(games, lead) == before


def test_a_file_without_the_walk_in_erases_nobody(games: Games, lead: Phone) -> None:
    report = apply_import(games.event, planned(games, b"number,name\n0,Guest Zero\n"))
    assert (report.counts["missing"], str(WALK_IN) in people(lead)) == (5, True)
    assert headcount(games.door) == (1, 0, 0)


def test_export_has_a_merged_person_once_with_all_codes(games: Games, lead: Phone) -> None:
    lead.push(merge(lead, WALK_IN, games.people[0].id))
    exported = rows(games)
    assert (len(exported), "Ada Walker" in exported) == (5, False)
    assert set(exported["Guest 0"]["codes"].split()) == {BAND, games.codes[0]}
    before = after(games, lead)
    plan = planned(games, export_roster(games.event, "csv"))
    assert (plan.problems, plan.counts["unchanged"], plan.counts["missing"]) == ([], 5, 0)
    apply_import(games.event, plan)
    assert after(games, lead) == before


def test_a_file_that_names_a_merged_row_does_not_bring_it_back(games: Games, lead: Phone) -> None:
    older = export_roster(games.event, "csv").replace(b"Ada Walker", b"Ada W. Walker")
    lead.push(merge(lead, WALK_IN, games.people[0].id))
    before = after(games, lead)
    report = apply_import(games.event, planned(games, older))
    assert (report.counts["new"], report.counts["changed"], report.counts["missing"]) == (0, 1, 0)
    assert (Person.objects.get(id=WALK_IN).merged_into_id, after(games, lead)) == (games.people[0].id, before)

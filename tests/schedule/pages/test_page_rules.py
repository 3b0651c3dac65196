"""What belongs to a day, to now and to next."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from eventsync.schedule.pages import rules
from eventsync.schedule.plan.rules import Slot, Status, Texts, Told

HELSINKI = ZoneInfo("Europe/Helsinki")
SATURDAY, SUNDAY, MONDAY = (date(2026, 7, day) for day in (4, 5, 6))
HOUR = timedelta(hours=1)


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 7, day, hour, tzinfo=HELSINKI).astimezone(UTC)


def told(name: str, start: datetime, end: datetime, **said) -> Told:
    return Told(
        id=name, texts={"en": Texts(title=name)}, symbol="", slot=Slot(start=start, end=end, place="hall"), delay=0,
        place_name={"en": "Hall"}, venue="games", groups=(), status=Status.PLANNED, **said,
    )  # fmt: skip


MORNING = told("morning", at(4, 9), at(4, 10))
NIGHT = told("night", at(4, 22), at(5, 0))  # until midnight
CAMP = told("camp", at(4, 12), at(6, 9))
WENT = told("went", at(5, 15), at(5, 16), first=Slot(start=at(4, 8), end=at(4, 9), place="hall"))
PLAN = [NIGHT, CAMP, WENT, MORNING]


@pytest.mark.parametrize(
    ("day", "listed"),
    [(SATURDAY, ["went", "morning", "camp", "night"]), (SUNDAY, ["camp", "went"]), (MONDAY, ["camp"])],
)
def test_day_lists_what_is_on_and_what_was_told_for_it_where_somebody_looks(day, listed):
    assert [each.id for each in rules.of_day(PLAN, day, HELSINKI)] == listed


def test_days_are_those_on_which_something_begins_or_was_told_to_begin():
    assert rules.days(PLAN, HELSINKI) == [SATURDAY, SUNDAY]


# The same are given to the phone's half of the rule (frontend/src/features/schedule/present.test.ts).
CASES = json.loads((Path(__file__).parent / "present.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["now"])
def test_now_is_what_has_begun_and_not_ended_and_next_what_begins_soonest(case):
    found = rules.present(PLAN, datetime.fromisoformat(case["now"]))
    assert [[each.id for each in part] for part in (found.now, found.next)] == [case["on"], case["next"]]


def test_next_is_all_that_begins_together_without_what_is_cancelled():
    other = replace(MORNING, id="other")
    gone = replace(MORNING, id="gone", status=Status.CANCELLED)
    found = rules.present([MORNING, gone, other], at(4, 8))
    assert [each.id for each in found.next] == ["morning", "other"]
    assert rules.present([gone], at(4, 8)).ids == ((), ())
    assert rules.present([gone], at(4, 9)).ids == ((), ())


def test_what_waits_is_now_while_it_was_planned():
    held = replace(MORNING, status=Status.HELD)
    assert rules.present([held], at(4, 9)).ids == (("morning",), ())

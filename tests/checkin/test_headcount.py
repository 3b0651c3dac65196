"""`manage.py headcount`: from the stored counts now, from the ledger as of a time."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command

from checkin.headcounts import headcount_as_of, headcount_now
from checkin.models import Checkpoint, Kind
from tests.cast import NOON, add_person

UNKNOWN = "A" * 22


def headcount(**options):
    out = StringIO()
    call_command("headcount", event="games", json=True, stdout=out, **options)
    return json.loads(out.getvalue())


def counts(answer):
    """(present, unidentified, voided) by checkpoint."""
    checkpoints = [each for venue in answer["venues"] for each in venue["checkpoints"]]
    return {each["checkpoint"]: (each["present"], each["unidentified"], each["voided"]) for each in checkpoints}


def test_headcount_lists_every_checkpoint_with_zeros_when_nobody_came(games):
    assert headcount() == {
        "event": "games",
        "venues": [
            {
                "venue": venue.slug,
                "checkpoints": [
                    {"id": str(door.id), "checkpoint": door.name, "present": 0, "unidentified": 0, "voided": 0}
                    for door in doors
                ],
            }
            for venue, doors in [
                (games.hall, [games.daily, games.door, games.gate, games.lunch]),
                (games.pool, [games.pool_door]),
            ]
        ],
    }


def test_headcount_counts_people_unknown_codes_and_voided_arrivals(games, phone):
    first, second, third = (phone.arrive(person) for person in games.people[:3])
    phone.push(first, second, third, phone.arrive(games.people[0]), phone.arrive(UNKNOWN), phone.void(third))
    assert counts(headcount())["Door"] == (2, 1, 1)


@time_machine.travel(NOON, tick=False)
def test_headcount_shows_the_window_that_contains_now(games, phone):
    one, two = games.people[:2]
    phone.push(
        phone.arrive(one, door=games.lunch),
        phone.arrive(one, door=games.daily),
        phone.arrive(two, door=games.lunch, at=NOON - timedelta(hours=3)),
        phone.arrive(two, door=games.daily, at=NOON - timedelta(hours=13)),
    )
    assert counts(headcount()) == {
        "Daily door": (1, 0, 0), "Door": (0, 0, 0), "Gate": (0, 0, 0), "Lunch": (1, 0, 0), "Pool door": (0, 0, 0),
    }  # fmt: skip


@time_machine.travel(NOON + timedelta(hours=5), tick=False)
def test_headcount_outside_all_windows_counts_those_who_came_outside(games, phone):
    phone.push(phone.arrive(games.people[0], door=games.lunch, at=NOON + timedelta(hours=2)))
    assert counts(headcount())["Lunch"] == (1, 0, 0)


def test_headcount_at_a_time_knows_nothing_of_later_arrivals_but_all_voids(games, phone):
    early = phone.arrive(games.people[0], at=NOON)
    mistake = phone.arrive(games.people[1], at=NOON)
    late = phone.arrive(games.people[2], at=NOON + timedelta(minutes=30))
    phone.push(early, mistake, late, phone.void(mistake, at=NOON + timedelta(minutes=20)))
    assert counts(headcount(at="2026-07-04T11:59:59"))["Door"] == (0, 0, 0)
    assert counts(headcount(at="2026-07-04T12:00"))["Door"] == (1, 0, 1)
    assert counts(headcount(at="2026-07-04T12:30"))["Door"] == (2, 0, 1)


def test_headcount_at_a_time_folds_in_and_out(games, phone):
    person = games.people[0]
    phone.push(
        phone.arrive(person, door=games.gate, at=NOON),
        phone.leave(person, door=games.gate, at=NOON + timedelta(minutes=10)),
        phone.arrive(person, door=games.gate, at=NOON + timedelta(minutes=20)),
    )
    present = [counts(headcount(at=f"2026-07-04T12:{minute}"))["Gate"][0] for minute in ("00", "10", "20")]
    assert present == [1, 0, 1]


def test_headcount_at_a_time_is_in_the_events_zone_unless_the_time_names_one(games, phone):
    games.event.tz = "Europe/Helsinki"
    games.event.save()
    phone.push(phone.arrive(games.people[0], at=NOON))
    said = ["2026-07-04T14:59", "2026-07-04T15:00", "2026-07-04T12:00+00:00", "2026-07-04T12:00Z"]
    assert [counts(headcount(at=at))["Door"][0] for at in said] == [0, 1, 1, 1]


def test_headcount_as_of_now_is_the_headcount_now(games, phone):
    one, two, three = games.people[:3]
    mistake = phone.arrive(two, door=games.gate)
    phone.push(
        *(phone.arrive(one, door=door) for door in (games.door, games.door, games.daily, games.lunch, games.gate)),
        phone.leave(one, door=games.gate), mistake, phone.void(mistake, door=games.gate), phone.arrive(UNKNOWN),
        phone.arrive(games.digest(2)), phone.arrive(three, door=games.pool_door),
    )  # fmt: skip
    for now in (NOON, datetime.now(UTC)):
        assert headcount_as_of(games.event, at=now) == headcount_now(games.event, now=now)
    add_person(games.event, name="Late", number="late")
    assert headcount_as_of(games.event, at=NOON) == headcount_now(games.event, now=NOON)


def test_person_whom_several_doors_have_in_is_inside_once_and_a_meal_is_no_door(games, phone):
    Checkpoint.objects.filter(id=games.lunch.id).update(kind=Kind.MEAL)
    one, two, three = games.people[:3]
    phone.push(
        *(phone.arrive(one, door=door) for door in (games.door, games.gate, games.pool_door)),
        phone.leave(one, door=games.gate), phone.arrive(two, door=games.gate), phone.leave(two, door=games.gate),
        phone.arrive(three, door=games.lunch), phone.arrive(UNKNOWN),
    )  # fmt: skip
    count = headcount_now(games.event, now=NOON)
    assert count.inside == (1, 1)
    assert {each.venue: each.inside for each in count.venues} == {games.hall: (1, 1), games.pool: (1, 0)}
    assert headcount_now(games.event, now=NOON, venues=games.event.venues.filter(id=games.pool.id)).inside == (1, 0)


@pytest.mark.parametrize("at", ["yesterday", "", "2026-13-01", "25:00", "0001-01-01T00:00"])
def test_headcount_with_a_time_that_is_none_is_one_sentence(games, at):
    with pytest.raises(CommandError) as error:
        headcount(at=at)
    sentence = f"“{at}” is not a time. Write it like 2026-07-04T12:30 or 2026-07-04T12:30+03:00."
    assert (str(error.value), error.value.returncode) == (sentence, 1)


def test_headcount_of_an_unknown_event_is_one_sentence(db):
    with pytest.raises(CommandError) as error:
        headcount()
    assert (str(error.value), error.value.returncode) == ("There is no event “games”.", 1)


def test_headcount_as_a_table_for_people(games, phone):
    phone.push(phone.arrive(games.people[0]))
    out = StringIO()
    call_command("headcount", event="games", stdout=out)
    lines = [line.split() for line in out.getvalue().splitlines()]
    assert lines[0] == ["VENUE", "CHECKPOINT", "WINDOW", "PRESENT", "UNIDENTIFIED", "UNDONE"]
    assert ["Main", "hall", "Door", "-", "1", "0", "0"] in lines
    assert out.getvalue().endswith("each person once:\n  Main hall: 1\n  Pool: 0\n  Games: 1\n")

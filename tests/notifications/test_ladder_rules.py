"""When what is critical climbs: whatever the clock on the wall does, and whatever phones say meanwhile."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.ladder.rules import AGAIN, READ_WITHIN, SHOWN_WITHIN, Known, Rung, again_at, rungs, shared_out
from tests.cast import NOON
from tests.notifications.test_notice_rules import HOUR, MINUTE, examples, moments, zones

TEXT, CALL = Rung.TEXT, Rung.CALL
PUSHED = Known(said_at=NOON, until=NOON + HOUR, pushed=True, texts=True, number=True)
people = st.builds(
    Known,
    said_at=st.just(NOON),
    until=st.integers(0, 90).map(lambda minutes: NOON + minutes * MINUTE),
    pushed=st.booleans(),
    shown=st.booleans(),
    read=st.booleans(),
    texts=st.booleans(),
    number=st.just(True),
    texted=st.booleans(),
    called=st.booleans(),
)


@pytest.mark.parametrize(
    ("said", "due"),
    [
        ({}, {TEXT: NOON + 5 * MINUTE, CALL: NOON + 15 * MINUTE}),
        ({"pushed": False}, {TEXT: NOON, CALL: NOON + 15 * MINUTE}),
        ({"shown": True}, {CALL: NOON + 15 * MINUTE}),
        ({"texted": True}, {CALL: NOON + 15 * MINUTE}),
        ({"texts": False}, {CALL: NOON + 15 * MINUTE}),
        ({"texted": True, "called": True}, {}),
        ({"read": True}, {}),
        ({"number": False, "texts": False}, {}),
        ({"until": NOON + 15 * MINUTE}, {TEXT: NOON + 5 * MINUTE}),
        ({"until": NOON + MINUTE}, {}),
    ],
)
def test_rungs(said, due):
    assert rungs(replace(PUSHED, **said), now=NOON) == due


def test_nothing_climbs_once_it_is_of_no_use():
    assert rungs(PUSHED, now=NOON + HOUR - MINUTE) != {}
    assert rungs(PUSHED, now=NOON + HOUR) == {}


@examples
@given(zones, moments)
def test_five_minutes_are_five_minutes_in_the_night_when_clocks_change(zone, now):
    """Moments in a zone that changes its clocks are added to by the clock on the wall, which is not what passes."""
    here = now.astimezone(zone)
    known = replace(PUSHED, said_at=here, until=here.astimezone(UTC) + HOUR)
    found = rungs(known, now=here)
    assert {rung: at - now for rung, at in found.items()} == {TEXT: SHOWN_WITHIN, CALL: READ_WITHIN}
    assert all(at.tzinfo is UTC for at in found.values())


def test_the_hour_that_is_there_twice_is_two_hours():
    said_at = datetime(2026, 10, 25, 3, 58, tzinfo=ZoneInfo("Europe/Helsinki"))  # two minutes later it is 3 again
    later = datetime(2026, 10, 25, 3, 3, fold=1, tzinfo=ZoneInfo("Europe/Helsinki"))
    known = replace(PUSHED, said_at=said_at, until=said_at.astimezone(UTC) + HOUR)
    assert rungs(known, now=said_at)[TEXT] == later.astimezone(UTC)


@examples
@given(people, st.lists(st.tuples(st.integers(0, 400), st.sampled_from(["look", "shown", "read"])), max_size=40))
def test_each_rung_is_taken_once_in_its_time_and_none_too_early(known, days):
    """A clock that moves from one look to the next; phones say what they say in between."""
    now, taken, texted, called = NOON, [], known.texted, known.called
    for seconds, what in days:
        now += timedelta(seconds=seconds)
        if what != "look":
            known = replace(known, shown=True, read=known.read or what == "read")
            continue
        for rung, at in rungs(known, now=now).items():
            if at <= now:
                assert not known.read and now < known.until
                assert now - NOON >= (READ_WITHIN if rung is CALL else SHOWN_WITHIN if known.pushed else 0 * MINUTE)
                taken.append(rung)
                known = replace(known, texted=known.texted or rung is TEXT, called=known.called or rung is CALL)
    assert len(taken) == len(set(taken))
    assert not (texted and TEXT in taken) and not (called and CALL in taken)
    late = max(now, NOON + READ_WITHIN)
    if not known.read and late < known.until:  # whoever looks last leaves nobody out
        assert CALL in rungs(known, now=late) or known.called


@pytest.mark.parametrize(("tries", "wait"), [(1, AGAIN[0]), (2, AGAIN[1]), (3, AGAIN[2]), (9, AGAIN[2])])
def test_somebody_who_does_not_answer_is_called_again_later_and_later(tries, wait):
    assert again_at(tries, now=NOON) == NOON + wait


def test_calls_go_to_whoever_has_the_fewest():
    assert shared_out(5, {1: 2, 2: 0}) == [2, 2, 1, 2, 1]
    assert shared_out(2, {}) == [None, None]


@examples
@given(st.integers(0, 30), st.dictionaries(st.integers(1, 9), st.integers(0, 5), min_size=1))
def test_nobody_has_to_make_two_calls_more_than_another_who_had_as_many(calls, waiting):
    whose = shared_out(calls, waiting)
    after = {each: has + whose.count(each) for each, has in waiting.items()}
    assert len(whose) == calls and None not in whose
    given = [after[each] for each in whose if each is not None]
    assert not given or max(given) - min(after.values()) <= 1

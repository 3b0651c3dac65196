"""A delay goes on to what follows at its place and for its groups, as far as pauses and buffers do not take it up."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from eventsync.schedule.plan.delays import Delay, collisions, knock_on, overrun, ripple
from eventsync.schedule.plan.rules import Slot, Status, Told

NINE = datetime(2026, 7, 4, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def make(key: str, start: int, end: int, *, place: str = "pool", groups: str = "", **said) -> Told:
    """`start`, `end`: minutes after nine."""
    slot = Slot(start=NINE + start * MINUTE, end=NINE + end * MINUTE, place=place)
    usual = {"texts": {}, "symbol": "", "delay": 0, "place_name": {}, "venue": "v", "status": Status.PLANNED}
    return Told(id=key, slot=slot, groups=tuple(groups.split()), **usual | said)  # type: ignore[arg-type]


DAY = [
    make("swim", 0, 60, groups="north"),
    make("relay", 60, 120),
    make("lunch", 75, 135, place="hall", groups="north south"),
    make("bus", 140, 160, place="stop", groups="south"),
    make("party", 200, 260, place="hall"),
]


@pytest.mark.parametrize(
    ("delay", "buffers", "late"),
    [
        (Delay(minutes=30, since=NINE, place="pool"), {}, {"swim": 30, "relay": 30, "lunch": 15, "bus": 10}),
        (Delay(minutes=30, since=NINE, place="pool"), {"swim": 20}, {"swim": 30, "relay": 10}),
        (Delay(minutes=30, since=NINE, place="pool"), {"lunch": 10}, {"swim": 30, "relay": 30, "lunch": 15}),
        (Delay(minutes=30, since=NINE + MINUTE, place="pool"), {}, {"relay": 30}),
        (Delay(minutes=20, since=NINE, group="south"), {}, {"lunch": 20, "bus": 15}),
        (Delay(minutes=90, since=NINE, group="south"), {}, {"lunch": 90, "bus": 85, "party": 25}),
        (Delay(minutes=30, since=NINE + 300 * MINUTE, place="pool"), {}, {}),
    ],
)
def test_delay_ripples(delay, buffers, late):
    assert ripple(DAY, delay, buffers) == late


def held_up(*plan: Told, **buffers: int) -> dict[str, tuple[int, str]]:
    return {key: (push.held_up, push.by.id if push.by else "") for key, push in knock_on(plan, buffers).items()}


def test_what_another_venue_holds_up_is_known_whether_the_plan_says_so_or_not():
    late = make("swim", 0, 60, groups="north", delay=30, overrun=30)
    lunch = make("lunch", 75, 135, place="hall", groups="north south", venue="w")
    bus = make("bus", 140, 160, place="stop", groups="south")
    assert held_up(late, DAY[1]) == {}  # at its own venue
    assert held_up(*DAY[:2], lunch, bus) == {}
    assert held_up(late, DAY[1], lunch, bus) == {"lunch": (15, "swim"), "bus": (10, "lunch")}
    assert held_up(late, replace(lunch, delay=15, overrun=15)) == {"lunch": (15, "swim")}
    assert held_up(late, replace(lunch, delay=20, overrun=20), bus) == {"lunch": (15, "swim"), "bus": (15, "lunch")}
    assert held_up(late, lunch, swim=20) == {}
    for away in (Status.CANCELLED, Status.HELD):
        assert held_up(replace(late, status=away), lunch) == held_up(late, replace(lunch, status=away)) == {}
    end = knock_on([late, lunch], {})["lunch"].end
    assert end == NINE + 150 * MINUTE


def test_what_was_to_be_over_holds_up_what_follows_once_it_is_planned_longer():
    lunch = make("lunch", 60, 120, place="hall", groups="north", venue="w")

    def late(swim: Told, over: int) -> dict[str, tuple[int, str]]:
        found = knock_on([swim, lunch], {}, {"swim": NINE + over * MINUTE})
        return {key: (push.held_up, push.by.id if push.by else "") for key, push in found.items()}

    assert late(make("swim", 0, 80, groups="north"), 60) == {"lunch": (20, "swim")}
    assert late(make("swim", 30, 90, groups="north", delay=10, overrun=10), 60) == {"lunch": (40, "swim")}
    assert late(make("swim", 0, 80, groups="north"), 70) == {}  # they were at the same time before
    assert late(make("swim", 60, 120, groups="north"), 60) == {}
    assert late(make("swim", 0, 80, groups="south"), 60) == {}


def test_what_is_late_already_passes_on_what_it_has():
    swim, relay = make("swim", 0, 60, delay=30, overrun=30), make("relay", 60, 120)
    again = Delay(minutes=30, since=NINE, place="pool")
    assert ripple([swim, relay], again, {}) == {"relay": 30}
    assert ripple([swim, replace(relay, delay=30, overrun=30)], again, {}) == {}
    assert ripple([swim, make("party", 60, 120, place="hall")], again, {}) == {}
    longer = [make("swim", 0, 60, delay=40, overrun=40), relay]
    assert ripple(longer, again, {}) == {"relay": 40}  # as late as what it follows, not as this delay says


def test_what_is_cancelled_waits_or_is_later_already_is_left():
    away = [make("swim", 0, 60, status=Status.CANCELLED), make("run", 0, 60, status=Status.HELD)]
    assert ripple([*away, make("relay", 60, 120)], Delay(minutes=5, since=NINE, place="pool"), {}) == {"relay": 5}
    later = [make("swim", 0, 60, delay=40, overrun=40), make("relay", 120, 180)]
    assert ripple(later, Delay(minutes=30, since=NINE, place="pool"), {}) == {}


def test_what_is_planned_at_the_same_time_does_not_push():
    both = [make("swim", 0, 60), make("dive", 30, 90)]
    assert ripple(both, Delay(minutes=30, since=NINE, place="pool"), {}) == {"swim": 30}


def test_buffer_never_takes_up_all_of_an_activity():
    swim = make("swim", 0, 10)
    assert [overrun(swim, delay, 60) for delay in (0, 5, 9, 15)] == [0, 0, 0, 6]


def test_collisions_are_those_of_what_is_expected():
    assert collisions(DAY, {}) == []
    late = [make("swim", 0, 60, groups="north", delay=30, overrun=30), *DAY[1:]]
    assert [(each.what, each.name, each.one.id, each.other.id) for each in collisions(late, {})] == [
        ("group", "north", "swim", "lunch"),
        ("place", "pool", "swim", "relay"),
    ]
    long = [make("camp", 0, 200), make("swim", 10, 20), make("run", 100, 110), make("gone", 5, 9, status=Status.HELD)]
    assert [(each.one.id, each.other.id) for each in collisions(long, {})] == [("camp", "swim"), ("camp", "run")]


def test_people_whose_card_is_for_several_groups_are_in_one_place_at_a_time():
    swim = make("swim", 0, 60, groups="north")
    choir = make("choir", 30, 90, place="hall", groups="choir")
    plan = [swim, choir, make("relay", 60, 120, groups="north"), make("party", 0, 240, place="park")]

    def met(*told: Told, **cards: int) -> list[tuple[str, str, str, str]]:
        found = collisions(told, {frozenset(groups.split("_")): count for groups, count in cards.items()})
        return [(each.what, each.name, each.one.id, each.other.id) for each in found]

    assert met(*plan) == met(*plan, north_south=4) == []
    both = [("people", "2", "swim", "choir"), ("people", "2", "choir", "relay")]
    assert met(*plan, north_choir=2) == both
    assert met(*plan, north_choir=2, north_choir_south=3) == [(what, "5", *pair) for what, _, *pair in both]
    assert met(swim, replace(choir, status=Status.HELD), north_choir=1) == []
    assert met(swim, replace(choir, slot=swim.slot), north_choir=1) == [("place", "pool", "choir", "swim")]
    shared = replace(choir, groups=("choir", "north"))
    assert met(swim, shared, north_choir=1) == [("group", "north", "swim", "choir")]

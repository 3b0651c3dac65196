"""A day of the draft: per place and in order, also over midnight and when the clocks change."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from eventsync.schedule.models import Activity, Event, Place
from eventsync.schedule.plan.days import Day, days, of_day
from eventsync.schedule.plan.words import length, on_day
from tests.cast import DAY
from tests.schedule.plan.plans import HOUR, make_day

QUARTER = timedelta(minutes=15)


def told(day: Day) -> list[tuple[str, list[tuple[str, str]]]]:
    """Each place, with what is there and what is free before it."""
    return [
        (section.place.name, [(item.row.title, length(item.free)) for item in section.items])
        for section in day.sections
    ]


def test_each_place_has_its_activities_in_order_and_what_is_free(games):
    day = make_day(games)
    Place.objects.create(venue=games.hall, name="Attic")
    Activity.objects.filter(pk=day.relay.pk).update(start=day.relay.start + QUARTER)
    dive = Activity.objects.create(
        event=day.event, place=day.deck, title="Dive", start=day.relay.end + HOUR, end=day.relay.end + 2 * HOUR
    )
    found = of_day(day.event, DAY)
    assert told(found) == [
        ("Attic", []),
        ("Stage", [("Party", "")]),
        ("Deck", [("Swim", ""), ("Relay", "15 minutes"), ("Dive", "1 hour")]),
    ]
    swim, relay, last = found.sections[2].items
    assert [(item.before, item.after) for item in (swim, relay, last)] == [
        (None, day.relay), (day.swim, dive), (day.relay, None),
    ]  # fmt: skip
    assert found.collisions == []


def test_what_is_late_takes_up_what_is_free_and_meets_what_follows(games):
    day = make_day(games)
    Activity.objects.filter(pk=day.swim.pk).update(delay=30)
    found = of_day(day.event, DAY)
    swim, relay = found.sections[1].items
    assert [(each.what, each.name) for each in found.collisions] == [
        ("group", "Finland"), ("place", str(day.deck.pk)),
    ]  # fmt: skip
    assert (swim.meets, relay.meets, relay.free) == (tuple(found.collisions), tuple(found.collisions), timedelta())


def test_what_is_cancelled_or_waits_takes_no_place_but_shows(games):
    day = make_day(games)
    held = Activity.objects.create(
        event=day.event, place=day.deck, title="Held", start=day.swim.start, end=day.relay.end, status="held"
    )
    Activity.objects.filter(pk=day.relay.pk).update(status="cancelled")
    items = of_day(day.event, DAY).sections[1].items
    assert [(item.row.title, item.before, item.after, item.meets) for item in items] == [
        ("Swim", None, None, ()), (held.title, None, None, ()), ("Relay", None, None, ()),
    ]  # fmt: skip


def test_what_goes_over_midnight_is_on_both_days_and_swaps_on_its_first(games):
    day = make_day(games)
    midnight = datetime(2026, 7, 5, tzinfo=ZoneInfo("UTC"))
    Activity.objects.filter(pk=day.party.pk).update(start=midnight - HOUR, end=midnight + HOUR)
    Activity.objects.filter(pk=day.swim.pk).update(start=midnight - HOUR, end=midnight, delay=30)
    Activity.objects.filter(pk=day.relay.pk).update(place=day.stage, start=midnight + HOUR, end=midnight + 2 * HOUR)
    first, second = (of_day(day.event, each) for each in (DAY, DAY + timedelta(days=1)))
    assert told(first) == [("Stage", [("Party", "")]), ("Deck", [("Swim", "")])]
    assert told(second) == [("Stage", [("Party", ""), ("Relay", "")]), ("Deck", [("Swim", "")])]
    assert [(item.before, item.after) for item in second.sections[0].items] == [(None, None)] * 2
    assert days(day.event) == [DAY, DAY + timedelta(days=1)]
    late = second.sections[1].items[0].told
    assert on_day(late.start, late.end, day.event, DAY + timedelta(days=1)) == "Sat 4 Jul, 23:30 to 00:30"


@pytest.mark.parametrize(
    ("day", "hours", "said"),
    [
        (date(2026, 3, 29), 23, "00:00 EET to Mon 30 Mar, 00:00 EEST"),
        (date(2026, 10, 25), 25, "00:00 EEST to Mon 26 Oct, 00:00 EET"),
    ],
)
def test_day_on_which_the_clocks_change_is_as_long_as_it_is(games, day, hours, said):
    event: Event = games.event
    event.tz, event.first_day, event.last_day = "Europe/Helsinki", day, day
    event.save()
    deck = Place.objects.create(venue=games.pool, name="Deck")
    midnight = datetime.combine(day, datetime.min.time(), ZoneInfo(event.tz))
    begin, end = midnight, datetime.combine(day + timedelta(days=1), datetime.min.time(), ZoneInfo(event.tz))
    row = Activity.objects.create(event=event, place=deck, title="Watch", start=begin, end=end)
    row.refresh_from_db()
    assert row.end - row.start == hours * HOUR
    assert [len(of_day(event, each).sections[0].items) for each in days(event)] == [1]
    assert on_day(row.start, row.end, event, day) == said
    assert told(of_day(event, day + timedelta(days=1))) == [("Deck", [])]


def test_days_of_a_long_event_are_those_on_which_something_is_planned(games):
    day = make_day(games)
    day.event.first_day = date(2000, 1, 1)
    assert days(day.event) == [DAY]

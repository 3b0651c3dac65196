"""A delay that somebody writes warns whoever leads other venues, until it is over or is on time after all."""

import pytest

from eventsync.access.ranks import Rank
from eventsync.jobs import queue
from eventsync.jobs.models import Alert, DomainEvent
from eventsync.schedule.models import Activity
from eventsync.schedule.plan import late, warning
from eventsync.schedule.plan.delays import Delay
from tests.cast import NOON
from tests.desk import staff
from tests.schedule.plan.plans import HOUR, MINUTE, Day, make_day


@pytest.fixture
def day(games) -> Day:
    """What Finland has in the pool ends just when their party in the hall begins."""
    day = make_day(games)
    Activity.objects.filter(pk=day.party.pk).update(start=day.relay.end, end=day.relay.end + HOUR, groups=["Norway"])
    day.party.refresh_from_db()
    return day


def put_off(day: Day, *own: Activity, minutes: int = 30, since=NOON) -> None:
    delay = Delay(minutes=minutes, since=since, group="Finland")
    late.put_off(day.event, delay, seen=late.outlook(day.event, delay).seen, among=own)
    queue.run()


def warned() -> list[tuple[object, str]]:
    return list(Alert.objects.filter(kind="running_late", cleared_at=None).values_list("venue_id", "message"))


def test_only_other_venues_are_warned_once_with_the_newest_minutes(games, day):
    put_off(day, day.swim, day.relay)
    said = (
        "Party (Stage), planned for Saturday, 14:00, can probably begin 30 minutes late. What comes before it is late."
    )
    assert warned() == [(games.hall.pk, said)]
    put_off(day, day.swim, day.relay, minutes=45)
    assert [message.count("45 minutes late") for _, message in warned()] == [1]
    put_off(day, day.swim, day.relay, minutes=45)  # it is late already: nothing would be later than it is
    assert DomainEvent.objects.filter(name="delay_expected").count() == 2
    assert "Party" in staff("lena", Rank.LEAD, games.event, games.hall).get("/admin/jobs/alert/").content.decode()
    assert "Party" not in staff("petra", Rank.LEAD, games.event, games.pool).get("/admin/jobs/alert/").content.decode()


def test_who_may_write_none_of_it_warns_those_who_may(games, day):
    put_off(day, since=day.party.start - HOUR)  # the relay: nothing is written
    assert not Activity.objects.filter(delay__gt=0).exists()
    assert [venue for venue, _ in warned()] == [games.hall.pk]


@pytest.mark.parametrize(
    ("of", "change", "left"),
    [
        ({}, {}, 1),
        ({"title": "Swim"}, {"delay": 0}, 1),  # the relay is late, still
        ({"title__in": ["Swim", "Relay"]}, {"delay": 0}, 0),
        ({"title": "Party"}, {"delay": 30}, 1),  # their lead wrote it
        ({"title": "Party"}, {"start": NOON + 5 * HOUR, "end": NOON + 6 * HOUR}, 0),
        ({"title": "Party"}, {"status": "cancelled"}, 0),
    ],
)
def test_warning_ends_when_it_will_be_on_time_after_all(day, of, change, left):
    put_off(day, day.swim, day.relay)
    Activity.objects.filter(**of).update(**change or {"version": 2})
    warning.end_settled(NOON)
    assert len(warned()) == left


def test_warning_ends_when_it_is_over_or_gone(day):
    put_off(day, day.swim, day.relay)
    end = day.relay.end + HOUR
    warning.end_settled(end - MINUTE)
    assert len(warned()) == 1
    warning.end_settled(end)
    assert warned() == []
    put_off(day, day.swim, day.relay, minutes=60)
    Activity.objects.filter(pk=day.party.pk).delete()
    warning.end_settled(NOON)
    assert warned() == []


def test_what_is_gone_before_the_job_runs_warns_nobody(day):
    delay = Delay(minutes=30, since=NOON, group="Finland")
    late.put_off(day.event, delay, seen=late.outlook(day.event, delay).seen, among=[day.swim])
    Activity.objects.filter(pk=day.party.pk).delete()
    queue.run()
    assert warned() == []

"""When notices go out: whatever the clock says, and whatever it does in the night."""

import os
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.rules import (
    CAP,
    SET_TIMES,
    SETTLE,
    SETTLE_AT_MOST,
    WAYS,
    Course,
    Importance,
    News,
    State,
    Timing,
    Why,
    Word,
    course,
    course_of_due,
    is_quiet,
    midnight,
    settled_at,
    useful_until,
    wants,
    ways_to,
)  # fmt: skip
from tests.cast import NOON

HELSINKI = ZoneInfo("Europe/Helsinki")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NORMAL, BIG, CRITICAL = (Word(importance=each) for each in (Importance.NORMAL, Importance.BIG, Importance.CRITICAL))
CANCELS = Word(importance=Importance.BIG, must_hear=True)
LATER = datetime(9999, 1, 1, tzinfo=UTC)  # it is of use for ever

# Clocks that change at midnight, by half an hour, by a whole day, or not at all.
NAMES = ["UTC", "Europe/Helsinki", "America/Havana", "Asia/Beirut", "Australia/Lord_Howe", "Pacific/Apia"]
zones = st.sampled_from(NAMES).map(ZoneInfo)
plain = NOON.replace(tzinfo=None)
moments = st.datetimes(plain - 6000 * DAY, plain + 1000 * DAY, timezones=st.just(UTC))
words = st.sampled_from([NORMAL, BIG, CRITICAL, CANCELS])
timings = st.sampled_from(Timing)
ASKED = os.environ.get("PROVE_EXAMPLES")
examples = settings(max_examples=int(ASKED or 25), derandomize=not ASKED, deadline=None, database=None)


def at(clock: str, zone: ZoneInfo = HELSINKI) -> datetime:
    return datetime.fromisoformat(f"2026-07-04T{clock}").replace(tzinfo=zone).astimezone(UTC)


def go(word: Word, clock: str, timing: Timing = Timing.AT_ONCE, today: int = 0) -> Course | None:
    return course(word, until=LATER, timing=timing, now=at(clock), zone=HELSINKI, today=today)


def test_by_day_it_goes_out_at_once():
    assert go(NORMAL, "12:00") == Course(State.QUEUED, at("12:00"))


@pytest.mark.parametrize(
    ("clock", "until"), [("19:59:59", None), ("20:00", DAY), ("23:59", DAY), ("00:00", 0 * DAY), ("06:59:59", 0 * DAY)]
)
def test_in_quiet_hours_it_waits_until_seven(clock, until):
    waits = None if until is None else Course(State.HELD, at("07:00") + until, Why.QUIET)
    assert go(BIG, clock) == (waits or Course(State.QUEUED, at(clock)))


def test_at_seven_quiet_hours_are_over():
    assert go(NORMAL, "07:00") == Course(State.QUEUED, at("07:00"))


@pytest.mark.parametrize(
    ("clock", "then"), [("07:29", "07:30"), ("07:30", "12:30"), ("12:30", "17:30"), ("03:00", "07:30")]
)
def test_at_set_times_it_waits_for_the_next(clock, then):
    assert go(BIG, clock, Timing.AT_SET_TIMES) == Course(State.HELD, at(then), Why.SET_TIME)


def test_after_the_last_set_time_it_waits_for_the_morning():
    assert go(BIG, "17:30", Timing.AT_SET_TIMES) == Course(State.HELD, at("07:30") + DAY, Why.SET_TIME)


def test_in_the_app_only_nothing_is_sent():
    assert go(BIG, "12:00", Timing.IN_THE_APP) is None


@pytest.mark.parametrize(("timing", "held"), [(Timing.AT_ONCE, "07:00"), (Timing.AT_SET_TIMES, "07:30")])
def test_what_is_cancelled_does_not_wait_until_it_is_of_no_use(timing, held):
    """At nine in the evening, of something at half past six."""

    def goes(word: Word, until: datetime) -> Course | None:
        return course(word, until=until, timing=timing, now=at("21:00"), zone=HELSINKI, today=0)

    then = at(held) + DAY
    assert goes(CANCELS, then) == Course(State.QUEUED, at("21:00"), Why.CANCELLED)
    waits = goes(CANCELS, then + MINUTE)
    assert waits is not None and (waits.state, waits.at) == (State.HELD, then)
    assert goes(BIG, then) == waits


@pytest.mark.parametrize("timing", Timing)
def test_what_concerns_safety_goes_out_whatever_they_chose_and_says_why(timing):
    assert go(CRITICAL, "03:00", timing, today=99) == Course(State.QUEUED, at("03:00"), Why.CRITICAL)


@pytest.mark.parametrize(
    ("word", "said"),
    [
        (NORMAL, (State.OVER_BUDGET, Why.CAP)),
        (BIG, (State.OVER_BUDGET, Why.CAP)),
        (CANCELS, (State.QUEUED, Why.CANCELLED)),
        (CRITICAL, (State.QUEUED, Why.CRITICAL)),
    ],
)
def test_after_four_of_a_day_only_what_must_not_be_missed_goes_out(word, said):
    assert (
        go(word, "12:00", today=CAP)
        == course_of_due(word, now=at("12:00"), today=CAP)
        == Course(said[0], at("12:00"), said[1])
    )
    assert course_of_due(word, now=at("12:00"), today=CAP - 1) == Course(State.QUEUED, at("12:00"))


@pytest.mark.parametrize(
    ("news", "wanted"),
    [(News.ALL, {"critical", "big", "normal"}), (News.BIG, {"critical", "big"}), (News.SAFETY, {"critical"})],
)
def test_which_news_somebody_wants(news, wanted):
    assert {each.value for each in Importance if wants(news, each)} == wanted


def test_what_is_said_is_of_use_while_people_come_and_then_while_it_is_on():
    start, end = NOON, NOON + 2 * HOUR
    assert useful_until(start, end, now=NOON - HOUR) == NOON + 15 * MINUTE
    assert useful_until(start, end, now=NOON + 15 * MINUTE) == end


@examples
@given(st.lists(st.integers(0, 900), min_size=1, max_size=8).map(sorted))
def test_words_settle_two_minutes_after_the_last_and_ten_after_the_first_at_most(seconds):
    """A clock that moves from one release to the next: those that come before it has settled join."""
    first = last = NOON + timedelta(seconds=seconds[0])
    for each in seconds[1:]:
        said = NOON + timedelta(seconds=each)
        if said >= settled_at(first=first, last=last):
            break
        last = said
    settled = settled_at(first=first, last=last)
    assert settled in {last + SETTLE, first + SETTLE_AT_MOST}
    assert last < settled <= first + SETTLE_AT_MOST


@examples
@given(words, timings, zones, moments, st.integers(0, 9))
def test_nothing_but_safety_goes_out_in_quiet_hours(word, timing, zone, now, today):
    found = course(word, until=LATER, timing=timing, now=now, zone=zone, today=today)
    if found is None:
        assert timing is Timing.IN_THE_APP and word is not CRITICAL
    elif word is CRITICAL:
        assert found == Course(State.QUEUED, now, Why.CRITICAL)
    elif found.state is State.HELD:
        assert now < found.at <= now + DAY + 2 * HOUR or zone.key == "Pacific/Apia"
        assert not is_quiet(found.at, zone)
    else:
        assert found.at == now and not is_quiet(now, zone)


@examples
@given(zones, moments)
def test_set_times_are_those_of_the_zone(zone, now):
    found = course(BIG, until=LATER, timing=Timing.AT_SET_TIMES, now=now, zone=zone, today=0)
    assert found is not None
    assert found.at.astimezone(zone).time() in SET_TIMES


@examples
@given(zones, moments)
def test_a_day_begins_at_its_midnight(zone, now):
    began = midnight(now, zone)
    assert began <= now < began + DAY + HOUR
    assert began.astimezone(zone).date() == now.astimezone(zone).date()


@examples
@given(zones, moments, st.lists(st.tuples(st.integers(0, 180), words), max_size=30))
def test_in_days_of_news_nobody_is_woken_or_sent_more_than_four(zone, now, news):
    """The clock goes on from one notice to the next; what was held goes out when its time has come."""
    held: list[tuple[datetime, Word]] = []
    sent: list[tuple[datetime, Word]] = []

    def count(when: datetime) -> int:
        return sum(each >= midnight(when, zone) for each, _ in sent)

    def release_held(until: datetime) -> None:
        for each in sorted((pair for pair in held if pair[0] <= until), key=lambda pair: pair[0]):
            held.remove(each)
            if course_of_due(each[1], now=each[0], today=count(each[0])).state is State.QUEUED:
                sent.append(each)

    for minutes, word in news:
        now += minutes * MINUTE
        release_held(now)
        found = course(word, until=LATER, timing=Timing.AT_ONCE, now=now, zone=zone, today=count(now))
        assert found is not None
        if found.state is not State.OVER_BUDGET:
            (held if found.state is State.HELD else sent).append((found.at, word))
    release_held(now + 3 * DAY)
    assert held == []
    assert not [when for when, word in sent if word is not CRITICAL and is_quiet(when, zone)]
    days: dict[datetime, int] = {}
    for when, word in sent:
        calm = word in (NORMAL, BIG)
        days[midnight(when, zone)] = days.get(midnight(when, zone), 0) + calm
    assert all(each <= CAP for each in days.values())


def test_each_state_has_its_ways_and_what_is_over_has_none():
    assert WAYS.keys() == set(State)
    over = {State.ACKNOWLEDGED, State.EXPIRED, State.SUPERSEDED, State.OVER_BUDGET}
    assert {each for each, ways in WAYS.items() if not ways} == over
    begin = {State.QUEUED, State.HELD, State.ACCEPTED, State.OVER_BUDGET}  # as deliveries are planned
    assert {each for each in State if not ways_to(each)} <= begin


def test_times_without_a_place_in_the_day_come_later():
    """Clocks were put forward over 7:00 nowhere yet; a zone that leaves a whole day out has the next one."""
    apia = ZoneInfo("Pacific/Apia")
    now = datetime(2011, 12, 29, 22, tzinfo=apia).astimezone(UTC)
    found = course(BIG, until=LATER, timing=Timing.AT_ONCE, now=now, zone=apia, today=0)
    assert found is not None
    here = found.at.astimezone(apia)
    assert (here.date().isoformat(), here.time()) == ("2011-12-31", time(7))

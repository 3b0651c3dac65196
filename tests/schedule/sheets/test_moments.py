"""Days and times as people and their spreadsheets write them; nothing is guessed."""

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from eventsync.schedule.plan.incoming.values import Wrong
from eventsync.schedule.sheets.moments import day_in, moment_in, time_of

DAY, ZONE = date(2026, 7, 4), ZoneInfo("Europe/Helsinki")


@pytest.mark.parametrize("cell", ["2026-07-04", " 2026-7-4 ", "2026/07/04", "2026.07.04", "4.7.2026", "04. 07. 2026"])
def test_day_is_known_however_it_is_written(cell):
    assert day_in(cell) == DAY


@pytest.mark.parametrize("cell", ["", "soon", "2026-13-01", "30.2.2026", "45842", "2026-07-04 10:00", "9" * 40])
def test_what_is_no_day_is_said(cell):
    with pytest.raises(Wrong, match=re.escape("is no date. Write it like 2026-07-04.")):
        day_in(cell)


def test_day_that_may_be_two_is_not_guessed():
    with pytest.raises(Wrong, match=re.escape("“4/7/2026” may be two days.")):
        day_in("4/7/2026")


@pytest.mark.parametrize(
    ("cell", "utc"),
    [
        ("09:30", 6), ("9:30", 6), ("9.30", 6), ("09:30:00", 6), ("9:30 AM", 6), ("9:30 pm", 18), ("12:30 am", -3),
        ("12:30 p.m.", 9), ("24:00", 20.5), ("00:00", -3.5), ("09:30+00:00", 9),
    ],
)  # fmt: skip
def test_time_is_local_unless_it_says_its_offset(cell, utc):
    moment = moment_in(DAY, cell, ZONE)
    assert (moment - datetime(2026, 7, 4, tzinfo=UTC)).total_seconds() / 3600 == utc + 0.5


@pytest.mark.parametrize(
    "cell", ["", "noon", "25:00", "9:60", "24:30", "13:00 pm", "0.25", "9", "9:30m", "09:30+99:00"]
)
def test_what_is_no_time_is_said(cell):
    with pytest.raises(Wrong, match=re.escape("is no time. Write it like 09:30.")):
        moment_in(DAY, cell, ZONE)


def test_last_moment_there_is_does_not_break_it():
    with pytest.raises(Wrong):
        moment_in(date.max, "24:00", ZONE)


def test_hour_that_the_clocks_leave_out_is_said():
    with pytest.raises(Wrong, match=re.escape("On 2026-03-29 there is no 03:30: the clocks go forward.")):
        moment_in(date(2026, 3, 29), "03:30", ZONE)


@pytest.mark.parametrize(("hour", "cell"), [(0, "03:30"), (1, "03:30+02:00"), (2, "04:30")])
def test_hour_that_comes_twice_is_told_apart(hour, cell):
    at = datetime(2026, 10, 25, hour, 30, tzinfo=UTC)
    assert time_of(at, ZONE) == cell
    assert moment_in(date(2026, 10, 25), cell, ZONE) == at

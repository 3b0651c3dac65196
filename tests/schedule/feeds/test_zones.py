"""Time zones as calendars get them: small, and right in every zone and in the hours in which clocks change."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical
from icalendar import Timezone

from eventsync.schedule.feeds.zones import zone_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WEEKEND = datetime(2026, 10, 24, tzinfo=UTC)


def read(zone: Timezone) -> str:
    return str(zone.to_ical().decode())


def test_zone_of_a_weekend_has_only_what_it_needs():
    assert read(zone_of(ZoneInfo("Europe/Helsinki"), WEEKEND, WEEKEND + 2 * DAY)).splitlines() == [
        "BEGIN:VTIMEZONE", "TZID:Europe/Helsinki",
        "BEGIN:DAYLIGHT", "DTSTART:20261023T030000",
        "TZNAME:EEST", "TZOFFSETFROM:+0300", "TZOFFSETTO:+0300", "END:DAYLIGHT",
        "BEGIN:STANDARD", "DTSTART:20261025T040000",
        "TZNAME:EET", "TZOFFSETFROM:+0300", "TZOFFSETTO:+0200", "END:STANDARD",
        "END:VTIMEZONE",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "name",
    [
        "Europe/Helsinki", "Europe/Dublin", "America/New_York", "Africa/Casablanca", "Asia/Kolkata",
        "Australia/Lord_Howe", "America/St_Johns", "Pacific/Chatham", "Africa/Cairo", "Asia/Gaza",
        "Antarctica/Troll", "Pacific/Kiritimati",
    ],
)  # fmt: skip
def test_another_reader_finds_every_hour_of_a_year_where_it_is(name):
    """Dateutil's reader; Casablanca leaves its time for a month, Lord Howe's summer is half an hour."""
    zone, start = ZoneInfo(name), datetime(2026, 1, 1, tzinfo=UTC)
    text = read(zone_of(zone, start, start + 365 * DAY))
    found: Any = tzical(StringIO(text)).get(name)
    here = [(start + number * HOUR).astimezone(zone) for number in range(365 * 24)]
    clear = [at for at in here if at.replace(fold=0).utcoffset() == at.replace(fold=1).utcoffset()]
    assert len(clear) > 8700
    wrong = [at for at in clear if found.utcoffset(at.replace(tzinfo=None)) != at.utcoffset()]
    assert wrong == []

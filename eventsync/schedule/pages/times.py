"""Times as families read them: absolute, with the day of the week and the date, in the event's zone."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from eventsync.schedule.pages.words import Words


@dataclass(frozen=True, slots=True)
class Clock:
    """Days, times and stretches of time in one language and zone. Moments are aware."""

    words: Words
    zone: ZoneInfo

    def local(self, at: datetime) -> datetime:
        return at.astimezone(self.zone)

    def day(self, day: date) -> str:
        """Saturday 4 July 2026"""
        return self._day("day_year", day)

    def time(self, at: datetime) -> str:
        """9:40 am"""
        return self._time(self.local(at))

    def moment(self, at: datetime) -> str:
        """Saturday 4 July, 9:40 am"""
        here = self.local(at)
        return self.words.say("moment", day=self._day("day", here), time=self._time(here))

    def when(self, start: datetime, end: datetime) -> SafeString:
        """Saturday 4 July, 3:30 pm to 5 pm; the end with its own day, where that is another one."""
        said = self._stretch(start, end, _marked)
        return mark_safe(said)  # noqa: S308 of our own catalogue, and what is put into it is escaped

    def spoken(self, start: datetime, end: datetime) -> str:
        """The same, as plain text."""
        return self._stretch(start, end, lambda _, said: said)

    def _stretch(self, start: datetime, end: datetime, marked: Callable[[datetime, str], str]) -> str:
        begins, ends = self.local(start), self.local(end)
        last = self._until(begins, ends)
        stretch = self.words.say("range", start=marked(begins, self._time(begins)), end=marked(ends, last))
        return self.words.say("moment", day=self._day("day", begins), time=stretch)

    def _until(self, begins: datetime, ends: datetime) -> str:
        if ends.time() == time.min and ends.date() == begins.date() + timedelta(days=1):
            return self.words.say("midnight")
        if ends.date() == begins.date():
            return self._time(ends)
        return self.words.say("moment", day=self._day("day", ends), time=self._time(ends))

    def _day(self, key: str, day: date) -> str:
        weekday, month = self.words.weekdays[day.weekday()], self.words.months[day.month - 1]
        return self.words.say(key, weekday=weekday, day=day.day, month=month, year=day.year)

    def _time(self, at: datetime) -> str:
        if at.time() == time(12):
            return self.words.say("midday")
        if at.time() == time.min:
            return self.words.say("midnight_begins")
        hour = at.hour if self.words.hours == 24 else (at.hour - 1) % 12 + 1
        half = self.words.say("am" if at.hour < 12 else "pm")
        return self.words.say("time" if at.minute else "hour", hour=hour, minute=f"{at.minute:02}", half=half)


def _marked(at: datetime, said: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', at.isoformat(timespec="minutes"), said)

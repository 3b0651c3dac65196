"""Times as families read them: absolute, with the day of the week and the date, in the event's zone."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from eventsync.schedule.pages.words import Words

AFTERNOON = datetime(2000, 1, 1, 15, 30, tzinfo=UTC)
_OTHER = {12: 24, 24: 12}
_HIDDEN = mark_safe(" hidden")


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

    def weekday(self, at: datetime) -> str:
        """Saturday 4 July"""
        return self._day("day", self.local(at))

    def hour(self, at: datetime) -> str:
        """9:40 am, with the clock that the language has."""
        return self._usual(self.local(at))

    def moment(self, at: datetime) -> str:
        """Saturday 4 July, 9:40 am, with the clock that the language has."""
        here = self.local(at)
        return self.words.say("moment", day=self._day("day", here), time=self._usual(here))

    def shown_time(self, at: datetime) -> SafeString:
        """9:40 am on a page, by whichever clock its reader chose."""
        return self._time(self.local(at))

    def shown_moment(self, at: datetime) -> SafeString:
        """Saturday 4 July, 9:40 am, likewise."""
        here = self.local(at)
        return self.words.html("moment", day=self._day("day", here), time=self._time(here))

    def when(self, start: datetime, end: datetime) -> SafeString:
        """Saturday 4 July, 3:30 pm to 5 pm; the end with its own day, where that is another one."""
        said = self._stretch(start, end, self._time, _marked)
        return mark_safe(said)  # noqa: S308 of our own catalogue, and what is put into it is escaped

    def spoken(self, start: datetime, end: datetime) -> str:
        """The same, as plain text, with the clock that the language has."""
        return self._stretch(start, end, self._usual, lambda _, said: said)

    def plain_time(self, at: time) -> str:
        """9:40 am, of any day, with the clock that the language has."""
        return self._usual(datetime.combine(date.min, at))

    def example(self, hours: int) -> str:
        """The same time by a clock of 12 or 24 hours."""
        return self._by(hours, AFTERNOON)

    def _stretch(
        self, start: datetime, end: datetime, say: Callable[[datetime], str], marked: Callable[[datetime, str], str]
    ) -> str:
        begins, ends = self.local(start), self.local(end)
        last = self._until(begins, ends, say)
        stretch = self.words.say("range", start=marked(begins, say(begins)), end=marked(ends, last))
        return self.words.say("moment", day=self._day("day", begins), time=stretch)

    def _until(self, begins: datetime, ends: datetime, say: Callable[[datetime], str]) -> str:
        if ends.time() == time.min and ends.date() == begins.date() + timedelta(days=1):
            return self.words.say("midnight")
        if ends.date() == begins.date():
            return say(ends)
        return self.words.html("moment", day=self._day("day", ends), time=say(ends))

    def _day(self, key: str, day: date) -> str:
        weekday, month = self.words.weekdays[day.weekday()], self.words.months[day.month - 1]
        return self.words.say(key, weekday=weekday, day=day.day, month=month, year=day.year)

    def _time(self, at: datetime) -> SafeString:
        """By both clocks: the style sheet shows the one that the reader chose, or else the language's."""
        usual, other = self._usual(at), self._by(_OTHER[self.words.hours], at)
        if usual == other:
            return escape(usual)
        both = ((self.words.hours, "", usual), (_OTHER[self.words.hours], _HIDDEN, other))
        return format_html_join("", '<span class="h{}"{}>{}</span>', both)

    def _usual(self, at: datetime) -> str:
        return self._by(self.words.hours, at)

    def _by(self, hours: int, at: datetime) -> str:
        if at.time() == time(12):
            return self.words.say("midday" if hours == 12 else "midday_24")  # a watch with 24 hours shows the number
        if at.time() == time.min:
            return self.words.say("midnight_begins")
        hour = at.hour if hours == 24 else (at.hour - 1) % 12 + 1
        half = self.words.say("am" if at.hour < 12 else "pm")
        return self.words.say(
            f"{'time' if at.minute else 'hour'}_{hours}", hour=hour, minute=f"{at.minute:02}", half=half
        )


def _marked(at: datetime, said: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', at.isoformat(timespec="minutes"), said)

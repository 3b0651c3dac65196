"""What the pages for families say beside what organisers wrote: a catalogue for each language, as the app has them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from eventsync.schedule.plan.rules import LANGUAGES

CATALOGUES = Path(__file__).parent / "catalogues"
RIGHT_TO_LEFT = {"ar"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One language. `weekdays` from Monday, `months` from January; `reviewed`: a native speaker has read all of it."""

    code: str
    name: str
    reviewed: bool
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    hours: int
    """12 or 24: how those who speak it say the time."""
    said: Mapping[str, str]

    @property
    def dir(self) -> str:
        return direction(self.code)

    def say(self, key: str, **values: object) -> str:
        return self.said[key].format(**values)

    def html(self, key: str, **values: object) -> SafeString:
        """The same for a page: what is put into it is escaped, unless it is made for pages itself."""
        return format_html(self.said[key], **values)


def direction(language: str) -> str:
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


def _read(code: str) -> Words:
    found: dict[str, Any] = json.loads((CATALOGUES / f"{code}.json").read_text(encoding="utf-8"))
    return Words(
        code=code,
        name=LANGUAGES[code],
        reviewed=found["reviewed"],
        weekdays=tuple(found["weekdays"]),
        months=tuple(found["months"]),
        hours=found["hours"],
        said=found["words"],
    )


WORDS = {code: _read(code) for code in LANGUAGES}

"""What a notice says of the plan: what, when, where and what to do, in this order, and short enough for any phone."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from zoneinfo import ZoneInfo

from eventsync.schedule.models import Event
from eventsync.schedule.pages.times import Clock
from eventsync.schedule.pages.words import WORDS, direction
from eventsync.schedule.plan.rules import Kind, Names, Status, said
from notifications.plan.rules import Item
from notifications.wording.rules import BODY, TITLE
from notifications.wording.telltale import Look

ALLOWED = {"activity", "what", "when", "place", "todo", "count"}
"""What may stand in a template: nobody's name, and nothing of anybody's health."""

CATALOGUES = Path(__file__).parent / "catalogues"
_SHORTEST = 8  # what is left of a name that is too long
_CALM = {Kind.TITLE, Kind.DETAILS}
_WITH_PLACE = {Kind.ADDED, Kind.RESTORED, Kind.CANCELLED, Kind.PLACE, Kind.PLACE_NAME}
_ISOLATE, _END = "\u2068", "\u2069"  # around a name that is written the other way


@dataclass(frozen=True, slots=True)
class Template:
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Templates:
    """Those of one language. `reviewed`: a native speaker has read all of it."""

    reviewed: bool
    one: Template
    held: Template
    several: Template
    discreet: Template
    discreet_held: Template


def _read(code: str) -> Templates:
    found = json.loads((CATALOGUES / f"{code}.json").read_text(encoding="utf-8"))
    return Templates(reviewed=found.pop("reviewed"), **{name: Template(**each) for name, each in found.items()})


TEMPLATES = {code: _read(code) for code in WORDS}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def texts(told: Sequence[Item], event: Event) -> dict[str, dict[str, str]]:
    """The title and the body in each language of the event."""
    return {code: _texts(told, event, code) for code in _codes(event)}


def discreet(told: Sequence[Item], event: Event, look: Look) -> dict[str, dict[str, str]] | None:
    """What lock screens say instead, where a name in it would tell others of somebody: what, when and what to do."""
    tellers = [_Teller(event, code) for code in _codes(event)]
    if any(look(*each) for teller in tellers for each in teller.named(told[0])):
        return {teller.code: teller.discreet(told[0]) for teller in tellers}
    return None


def _codes(event: Event) -> list[str]:
    return [code for code in WORDS if code in {event.language, *event.languages}]


def _texts(told: Sequence[Item], event: Event, code: str) -> dict[str, str]:
    teller = _Teller(event, code)
    return _filled(*(teller.one if len(told) == 1 else teller.several)(told))


def _filled(template: Template, values: Mapping[str, str]) -> dict[str, str]:
    return {
        "title": fit(template.title, values, TITLE, give="activity"),
        "body": fit(template.body, values, BODY, give="place"),
    }


class _Teller:
    """Tells in one language."""

    def __init__(self, event: Event, code: str) -> None:
        self.event, self.code, self.words = event, code, WORDS[code]
        self.clock = Clock(self.words, ZoneInfo(event.tz))

    def one(self, told: Sequence[Item]) -> tuple[Template, dict[str, str]]:
        [item] = told
        templates = TEMPLATES[self.code]
        template = templates.held if item.new.status == Status.HELD else templates.one
        return template, self._values(item)

    def several(self, told: Sequence[Item]) -> tuple[Template, dict[str, str]]:
        return TEMPLATES[self.code].several, self._values(told[0]) | {"count": str(len(told))}

    def named(self, item: Item) -> list[tuple[str, str]]:
        """The names that it has, each with its language."""
        names = [item.new.by_language("title"), *([item.new.place_name] if _tells_place(item) else [])]
        return [said(each, wanted=self.code, otherwise=self.event.language) for each in names]

    def discreet(self, item: Item) -> dict[str, str]:
        templates = TEMPLATES[self.code]
        template = templates.discreet_held if item.new.status == Status.HELD else templates.discreet
        return _filled(template, self._values(item))

    def _values(self, item: Item) -> dict[str, str]:
        return {
            "activity": self._name(item.new.by_language("title")),
            "what": self.words.say(f"change_{item.kinds[0]}"),
            "when": self._when(item),
            "place": self._place(item),
            "todo": self._todo(item),
        }

    def _when(self, item: Item) -> str:
        held = item.new.status == Status.HELD
        return self.words.say("held_time").rstrip(".") if held else self.clock.moment(item.new.start)

    def _place(self, item: Item) -> str:
        """That it is the same is said, too, and calms."""
        if _tells_place(item):
            return self._name(item.new.place_name)
        return self.words.say("place_same").rstrip(".")

    def _todo(self, item: Item) -> str:
        if Kind.PLACE in item.kinds:
            return self.words.say("do_place")
        kind = item.kinds[0]
        return self.words.say("do_nothing" if kind in _CALM else f"do_{kind}")

    def _name(self, texts: Names) -> str:
        text, language = said(texts, wanted=self.code, otherwise=self.event.language)
        turned = direction(language) != direction(self.code)
        return f"{_ISOLATE}{text}{_END}" if turned else text


def _tells_place(item: Item) -> bool:
    return bool(_WITH_PLACE & set(item.kinds))


def fit(template: str, values: Mapping[str, str], most: int, *, give: str) -> str:
    """Filled in; where that is too long, the name `give` is cut, and at worst the end."""
    text = template.format(**values)
    over = len(text) - most
    if over > 0 and give in placeholders(template) and len(values[give]) - over >= _SHORTEST:
        text = template.format(**{**values, give: _cut(values[give], len(values[give]) - over)})
    return _cut(text, most)


def _cut(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    end = "…" + (_END if text.startswith(_ISOLATE) else "")
    return text[: most - len(end)].rstrip() + end

"""The columns that an incoming activity fills, or what is wrong with it in plain sentences."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from django.core.validators import validate_slug

from eventsync.schedule.models import Activity, Event, Intent, Priority
from eventsync.schedule.models.drafts import MAX_BUFFER, MAX_DELAY
from eventsync.schedule.models.happening import EARLIEST_DAY, LATEST_DAY
from eventsync.schedule.plan.freezing import TEXTS
from eventsync.schedule.plan.incoming.items import Incoming
from eventsync.schedule.plan.rules import LANGUAGES

LONGEST_OUTLINE, LONGEST_GROUP, MOST_GROUPS = 10_000, 100, 200


class Wrong(Exception):
    """One sentence of what cannot be taken."""


def label(name: str) -> str:
    return str(_column(name).verbose_name)


def longest(name: str) -> int:
    """How many characters fit into this text of an activity."""
    return LONGEST_OUTLINE if name == "outline" else int(_column(name).max_length)


def _column(name: str) -> Any:
    return Activity._meta.get_field(name)


def columns(said: Incoming, event: Event) -> tuple[dict[str, Any], list[str]]:
    """What it says, as it is stored, by column; and all that is wrong with it."""
    found, wrong = dict[str, Any](), list[str]()
    for name, read in _READ.items():
        value = getattr(said, name)
        if value is not None:
            try:
                found[name] = read(name, value)
            except Wrong as why:
                wrong.append(str(why))
    try:
        found["texts"] = _texts(said.texts, event)
    except Wrong as why:
        wrong.append(str(why))
    return found, wrong


def unknown(found: Mapping[str, Any], row: Activity) -> dict[str, Any]:
    """What of it is other than what is stored. Two spaces, or ends of lines as browsers send them, are none."""
    texts: dict[str, dict[str, str]] = {}
    for language, said in found.get("texts", {}).items():
        stored = row.texts.get(language, {})
        texts[language] = {name: text for name, text in said.items() if text != _as_read(name, stored.get(name, ""))}
    plain = {name: value for name, value in found.items() if name in TEXTS or name == "number"}
    same = {name for name, value in plain.items() if value == _as_read(name, getattr(row, name))}
    return {name: value for name, value in found.items() if name not in same} | {"texts": texts}


def _as_read(name: str, stored: str) -> str:
    try:
        return str(_READ[name](name, stored))
    except Wrong:
        return stored


def _line(name: str, value: str) -> str:
    return fitting(label(name), " ".join(value.split()), longest(name))


def _outline(name: str, value: str) -> str:
    text = "\n".join(line.rstrip() for line in value.strip().splitlines())
    return fitting(label(name), text, longest(name))


def _title(name: str, value: str) -> str:
    text = _line(name, value)
    if not text:
        raise Wrong("The title is empty.")
    return text


def fitting(what: str, text: str, most: int) -> str:
    """The text, if it can be stored; or Wrong."""
    if "\x00" in text or re.search("[\ud800-\udfff]", text):
        raise Wrong(f"The {what} has a character that cannot be stored. Type it again.")
    if len(text) > most:
        raise Wrong(f"The {what} has {len(text):,} characters; at most {most:,} fit.")
    return text


def _symbol(name: str, value: str) -> str:
    text = _line(name, value)
    if text and not re.fullmatch(validate_slug.regex, text):
        raise Wrong(f"“{text}” is no symbol: its name has letters, digits and hyphens only.")
    return text


def _groups(name: str, value: Any) -> list[str]:
    groups = sorted({" ".join(each.split()) for each in value} - {""})
    if len(groups) > MOST_GROUPS:
        raise Wrong(f"It is for {len(groups):,} groups; at most {MOST_GROUPS} fit.")
    return [fitting("name of a group", group, LONGEST_GROUP) for group in groups]


def _minutes(most: int, name: str, value: int) -> int:
    if not 0 <= value <= most:
        raise Wrong(f"The {label(name)} is {value:,} minutes; from 0 to {most:,} can be.")
    return value


def _choice(known: Any, name: str, value: str) -> str:
    if value not in known.values:
        raise Wrong(f"“{value[:100]}” is no {label(name)}. Write {', '.join(known.values)}.")
    return value


def _moment(name: str, value: datetime) -> datetime:
    """Whole minutes."""
    if not EARLIEST_DAY.year <= value.year <= LATEST_DAY.year:
        raise Wrong(f"The {name} is in the year {value.year}, which can hardly be.")
    return value.astimezone(UTC).replace(second=0, microsecond=0)


_READ: dict[str, Callable[[str, Any], Any]] = {
    "number": _line,
    "title": _title,
    "sentence": _line,
    "outline": _outline,
    "note": _line,
    "symbol": _symbol,
    "groups": _groups,
    "start": _moment,
    "end": _moment,
    "delay": partial(_minutes, MAX_DELAY),
    "buffer": partial(_minutes, MAX_BUFFER),
    "status": partial(_choice, Intent),
    "priority": partial(_choice, Priority),
}


def _texts(said: Mapping[str, Mapping[str, str]], event: Event) -> dict[str, dict[str, str]]:
    found = dict[str, dict[str, str]]()
    for language, texts in said.items():
        if language not in LANGUAGES:
            raise Wrong(f"“{language[:20]}” is no language of the schedule. It knows {', '.join(LANGUAGES)}.")
        if language == event.language:
            raise Wrong(f"{LANGUAGES[language]} is the event's own language: its texts have no language beside them.")
        found[language] = {
            name: (_outline if name == "outline" else _line)(name, texts[name]) for name in TEXTS & texts.keys()
        }
    return found


def merged(stored: Mapping[str, Mapping[str, str]], said: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Texts by language with those that are said anew; what is empty is not kept."""
    both = {language: {**stored.get(language, {}), **said.get(language, {})} for language in sorted({*stored, *said})}
    filled = {language: {name: text for name, text in texts.items() if text} for language, texts in both.items()}
    return {language: texts for language, texts in filled.items() if texts}

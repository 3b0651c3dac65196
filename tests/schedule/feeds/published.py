"""What c3voc publishes of its two formats, in our own words: what has to be there, what may be, and how it looks.

Their schemas (github.com/voc/schedule, EUPL) are not ours to keep here; with SCHEDULE_SCHEMAS they are asked, too.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from xml.etree.ElementTree import Element

MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)"
DAY = r"\d{4}-\d\d-\d\d"
UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
URL = r"https?://\S+"
ANY = r"(?s).*"
NUMBER = r"[1-9]\d*"

# Of each element: its parts in the order that they must have, or in any; then its attributes. “?”: it may be missing,
# “*”: there may be many, too.
ORDERED = {
    "schedule": ("generator?", "url?", "version", "conference", "day+"),
    "day": ("room*",),
    "room": ("event*",),
    "persons": ("person*",),
    "links": ("link*",),
}
LOOSE = {
    "conference": {
        "title": ANY, "acronym": r"[a-z0-9_-]{4,}", "start?": f"{MOMENT}|{DAY}", "end?": f"{MOMENT}|{DAY}",
        "days?": NUMBER, "timeslot_duration?": r"\d\d?:\d\d", "base_url?": URL, "url?": URL, "time_zone_name?": ANY,
        "track*": "",
    },
    "event": {
        "room": ANY, "title": ANY, "subtitle?": ANY, "type": ANY, "date": MOMENT, "start": r"[0-2]\d:[0-5]\d",
        "duration": r"\d\d?:\d\d", "abstract": ANY, "slug?": r"[a-z0-9_]{4,}-[a-z0-9_-]{4,}", "track": ANY,
        "persons?": ANY, "language?": ANY, "description?": ANY, "links?": ANY, "url?": URL,
    },
}  # fmt: skip
ATTRIBUTES = {
    "day": {"date": DAY, "start": MOMENT, "end": MOMENT, "index": NUMBER},
    "room": {"name": ANY, "guid?": UUID},
    "event": {"id": NUMBER, "guid": UUID},
    "person": {"id?": NUMBER, "guid?": UUID},
    "link": {"href": URL},
    "generator": {"name?": ANY, "system?": ANY, "version?": ANY},
    "track": {"name": ANY, "color?": r"#[0-9a-fA-F]{6}", "slug?": r"[a-z][a-z0-9-]+"},
}

TEXT, WHOLE, LIST, DICT = "text", "number", "list", "dict"
JSON = {
    "conference": {
        "title": TEXT, "acronym": r"[a-z0-9_-][a-z0-9_]{3,}(-2\d{3}-[a-z]+)?", "start": f"{MOMENT}|{DAY}",
        "end": f"{MOMENT}|{DAY}", "daysCount": WHOLE, "timeslot_duration": TEXT, "days": LIST,
        "time_zone_name?": r"([A-Z][a-z]+/[A-Z][a-z]+.*)|UTC", "url?": URL, "tracks?": LIST, "rooms?": LIST,
    },
    "day": {"index": WHOLE, "date": DAY, "day_start": MOMENT, "day_end": MOMENT, "rooms": DICT},
    "room": {"name": TEXT, "guid": UUID},
    "event": {
        "guid": UUID, "id": WHOLE, "date": MOMENT, "start": r"\d\d:\d\d", "end?": MOMENT, "duration": r"\d+:\d\d",
        "room": TEXT, "slug": r"[a-z0-9_-]+[a-z0-9]", "url": URL, "title": TEXT, "subtitle": TEXT, "track": TEXT,
        "type": TEXT, "language": TEXT, "abstract": TEXT, "description?": TEXT, "persons": LIST, "links": LIST,
        "attachments?": LIST,
    },
    "person": {"name": TEXT, "public_name?": TEXT, "id?": WHOLE, "guid?": UUID},
}  # fmt: skip
_KINDS = {TEXT: str, WHOLE: int, LIST: list, DICT: dict}


def xml_faults(root: Element) -> list[str]:
    return [*_elements(root), *_twice(root)]


def _elements(root: Element) -> Iterator[str]:
    of_events = {part for event in root.iter("event") for part in event}
    for each in root.iter():
        parts = [part.tag for part in each]
        if each in of_events and each.tag in {"room", "track"}:  # words there, and not what days and the whole have
            yield from (f"event: {each.tag} has {part}" for part in [*parts, *each.keys()])
            continue
        if order := ORDERED.get(each.tag):
            if not re.fullmatch("".join(_part(part) for part in order), "".join(f"<{part}>" for part in parts)):
                yield f"{each.tag}: {parts}"
        elif each.tag in LOOSE:
            yield from _said(each.tag, [(part.tag, part.text or "") for part in each], LOOSE[each.tag])
        elif parts:
            yield f"{each.tag}: {parts}"
        yield from _said(each.tag, each.items(), ATTRIBUTES.get(each.tag, {}))


def _part(name: str) -> str:
    bare = name.rstrip("?*+")
    return f"(<{bare}>){name[len(bare) :]}"


def _said(where: str, said: Iterable[tuple[str, str]], rules: Mapping[str, str]) -> Iterator[str]:
    pairs = list(said)
    names = [name for name, _ in pairs]
    known = {name.rstrip("?*"): pattern for name, pattern in rules.items()}
    yield from (f"{where}: {name} is missing" for name in rules if name[-1] not in "?*" and name not in names)
    yield from (
        f"{where}: {name} twice" for name, count in Counter(names).items() if count > 1 and f"{name}*" not in rules
    )
    for name, text in pairs:
        if name not in known or not re.fullmatch(known[name], text):
            yield f"{where}: {name}={text}"


def _twice(root: Element) -> Iterator[str]:
    events = list(root.iter("event"))
    told = {
        "guid": [each.get("guid") for each in events],
        "id": [each.get("id") for each in events],
        "slug": [each.findtext("slug") for each in events],
        "index": [each.get("index") for each in root.iter("day")],
    }
    for name, values in told.items():
        yield from (f"{name} twice: {value}" for value, count in Counter(values).items() if count > 1)


def json_faults(told: Any) -> list[str]:
    schedule = told["schedule"]
    conference = schedule["conference"]
    days = conference["days"]
    events = [event for day in days for room in day["rooms"].values() for event in room]
    found = [f"schedule: {name}" for name in told.keys() - {"schedule", "$schema", "generator"}]
    found += [] if isinstance(schedule["version"], str) and "rooms" not in schedule else ["schedule: version or rooms"]
    rows = [("conference", conference), *(("day", each) for each in days), *(("event", each) for each in events)]
    rows += [("room", each) for each in conference.get("rooms", [])]
    rows += [("person", person) for each in events for person in each["persons"]]
    return found + [fault for where, row in rows for fault in _fields(where, row, JSON[where])]


def _fields(where: str, row: Mapping[str, Any], rules: Mapping[str, str]) -> Iterator[str]:
    known = {name.rstrip("?"): rule for name, rule in rules.items()}
    yield from (f"{where}: {name} is missing" for name in rules if not name.endswith("?") and name not in row)
    for name, value in row.items():
        rule = known.get(name, "")
        fits = isinstance(value, _KINDS[rule]) if rule in _KINDS else bool(rule and re.fullmatch(rule, str(value)))
        if not fits:
            yield f"{where}: {name}={value}"

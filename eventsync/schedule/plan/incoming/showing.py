"""An activity of the draft in words for the desk, and what of it would be other."""

from typing import Any

from eventsync.schedule.models import Activity
from eventsync.schedule.plan.freezing import TEXTS
from eventsync.schedule.plan.incoming.items import Difference
from eventsync.schedule.plan.incoming.values import label
from eventsync.schedule.plan.rules import LANGUAGES
from eventsync.schedule.plan.words import stretch

Shown = dict[str, tuple[Any, str]]
"""What is stored, and how it reads, by what it is."""

_PLAIN = ("title", "sentence", "outline", "note", "symbol", "number", "delay", "buffer")


def shown(row: Activity) -> Shown:
    said: Shown = {label(name).capitalize(): _twice(getattr(row, name)) for name in _PLAIN}
    said["Time"] = ((row.start, row.end), stretch(row.start, row.end, row.event))
    said["Place"] = (row.place_id, f"{row.place.venue.name}: {row.place.name}")
    said["Only for"] = (sorted(row.groups), ", ".join(row.groups) or "everybody")
    said["Status"] = (row.status, row.get_status_display())
    said["Class"] = (row.priority, row.get_priority_display())
    for language, texts in row.texts.items():
        for name in TEXTS:
            said[f"{label(name).capitalize()} ({LANGUAGES[language]})"] = _twice(texts.get(name, ""))
    return said


def _twice(value: Any) -> tuple[Any, str]:
    return value, str(value)


def differences(before: Shown, after: Shown) -> tuple[Difference, ...]:
    nothing = ("", "")
    both = {what: (before.get(what, nothing), after.get(what, nothing)) for what in {**before, **after}}
    return tuple(Difference(what, old[1], new[1]) for what, (old, new) in both.items() if old[0] != new[0])

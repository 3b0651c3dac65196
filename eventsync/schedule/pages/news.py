"""What changed, in words: what it is, how it is now, how it was, where, and what to do."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import groupby

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from eventsync.schedule.models import Release
from eventsync.schedule.pages.telling import Teller
from eventsync.schedule.pages.visits import Visit
from eventsync.schedule.plan.rules import Change, Kind, Status, Told

_TIMES = {Kind.TIME_LATER, Kind.TIME_EARLIER}
_CALM = {Kind.TITLE, Kind.DETAILS}
_SHAPES = {Kind.CANCELLED: Status.CANCELLED, Kind.HELD: Status.HELD, Kind.TIME_LATER: Status.DELAYED}
"""What is said with the word of a state has its shape, too. No other has one: a shape has one meaning."""


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    text: SafeString


@dataclass(slots=True)
class News:
    """All that changed of one activity. `what`: each kind in words, after the shape that means the same, if any."""

    id: str
    status: Status
    title: SafeString
    what: list[tuple[Status | None, str]]
    facts: list[Fact] = field(default_factory=list)
    todo: list[SafeString] = field(default_factory=list)


def read_before(visit: Visit) -> int:
    """The release since which a page tells what changed: the one that was read, or else what was told before yesterday.

    So what is released in the evening is there in the morning. At the least what the last release changed. Whatever the
    first one said is no change.
    """
    if visit.release is None:
        return 0
    if visit.seen is not None:
        return max(1, visit.seen)
    yesterday = datetime.combine(visit.today - timedelta(days=1), time.min, visit.zone)
    earlier = Release.objects.filter(event=visit.event, at__lt=yesterday).values_list("number", flat=True)
    before = earlier.order_by("-number").first() or 1
    return max(1, min(before, visit.release.number - 1))


def news(changes: Iterable[Change], teller: Teller) -> list[News]:
    """By activity, in the order of time."""
    return [_news(list(each), teller) for _, each in groupby(changes, key=lambda change: change.new.id)]


def _news(changes: list[Change], teller: Teller) -> News:
    words = teller.visit.words
    old, new, kinds = changes[0].old, changes[0].new, [change.kind for change in changes]
    what = [(_SHAPES.get(kind), words.say(f"change_{kind}")) for kind in kinds]
    told = News(new.id, new.status, teller.title(new), what)
    told.facts = [Fact(words.say(label), text) for label, text in _facts(old or new, new, set(kinds), teller)]
    told.todo = _todo(new, kinds, teller)
    return told


def _facts(old: Told, new: Told, kinds: set[Kind], teller: Teller) -> list[tuple[str, SafeString]]:
    return [*_names(old, new, kinds, teller), *_times(old, new, kinds, teller), *_places(old, new, kinds, teller)]


def _names(old: Told, new: Told, kinds: set[Kind], teller: Teller) -> list[tuple[str, SafeString]]:
    facts = []
    if Kind.TITLE in kinds:
        facts += [("new_name", teller.title(new)), ("old_name", teller.title(old))]
    if Kind.GROUPS in kinds:
        facts += [("for", teller.groups(new)), ("old_for", teller.groups(old))]
    return facts


def _times(old: Told, new: Told, kinds: set[Kind], teller: Teller) -> list[tuple[str, SafeString]]:
    if new.status == Status.HELD:
        return [("time_label", escape(teller.visit.words.say("held_time"))), ("old_time", teller.when(new))]
    if kinds & _TIMES:
        return [("new_time", teller.when(new)), ("old_time", teller.when(old))]
    return [("time_label", teller.when(new))]


def _places(old: Told, new: Told, kinds: set[Kind], teller: Teller) -> list[tuple[str, SafeString]]:
    place = teller.place(new)
    if kinds & {Kind.PLACE, Kind.PLACE_NAME}:
        return [("new_place", place), ("old_place", teller.place(old))]
    if kinds & _TIMES:
        place = format_html("{}. {}", place, teller.visit.words.say("place_same"))
    return [("place_label", place)]


def _todo(new: Told, kinds: list[Kind], teller: Teller) -> list[SafeString]:
    """What organisers wrote, which is all where something is cancelled; nothing to do is said, too, and calms."""
    note = teller.field(new, "note")
    if note and new.status == Status.CANCELLED:
        return [note]
    told = [f"do_{kind}" for kind in kinds if kind not in _CALM] or ["do_nothing"]
    sentences = dict.fromkeys(teller.visit.words.say(key) for key in told)
    return [text for text in (note, *map(escape, sentences)) if text]

"""Drafts and stored revisions as what is told, and back into JSON."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC
from typing import TypeVar

import msgspec
import orjson

from eventsync.schedule.models import Activity, Event, Place, Revision
from eventsync.schedule.plan.delays import overrun
from eventsync.schedule.plan.rules import Map, PlaceTexts, Slot, Status, Texts, Told, ToldPlace

T = TypeVar("T", Told, ToldPlace)

TEXTS = ("title", "sentence", "outline", "note")  # of an activity, in each language
PLACE_TEXTS = ("name", "directions", "quiet_directions", "map_text")


def activities(event: Event) -> list[Told]:
    """All activities of the draft, as a release would tell them to somebody who never heard of them."""
    rows = Activity.objects.filter(event=event).select_related("place").order_by()
    return [activity(row, event.language) for row in rows]


def places(event: Event) -> dict[str, ToldPlace]:
    rows = Place.objects.filter(venue__event=event).select_related("venue", "map").defer("map__drawing").order_by()
    return {str(row.id): place(row, event.language) for row in rows}


def activity(row: Activity, language: str) -> Told:
    """`language`: that of the row's own columns."""
    own = {name: getattr(row, name) for name in TEXTS}
    texts = {key: Texts(**{name: said.get(name, "") for name in TEXTS}) for key, said in row.texts.items()}
    told = Told(
        id=str(row.id),
        texts=_filled(texts | {language: Texts(**own)}, Texts()),
        symbol=row.symbol,
        slot=Slot(start=row.start.astimezone(UTC), end=row.end.astimezone(UTC), place=str(row.place_id)),
        delay=row.delay,
        place_name={key: said.name for key, said in _place_texts(row.place, language).items() if said.name},
        venue=str(row.place.venue_id),
        groups=tuple(sorted(row.groups)),
        status=Status(row.status),
    )
    return replace(told, overrun=overrun(told, row.delay, row.buffer))


def place(row: Place, language: str) -> ToldPlace:
    return ToldPlace(
        id=str(row.id),
        venue=str(row.venue_id),
        venue_name=row.venue.name,
        texts=_place_texts(row, language),
        noise=row.noise,
        crowd=row.crowd,
        light=row.light,
        quiet_room=row.quiet_room,
        step_free=row.step_free,
        toilet=row.toilet,
        map=Map(file=row.map.file, width=row.map.width, height=row.map.height) if row.map else None,
    )


def _place_texts(row: Place, language: str) -> dict[str, PlaceTexts]:
    said = row.texts | {language: {name: getattr(row, name) for name in PLACE_TEXTS}}
    texts = {
        key: PlaceTexts(
            name=each.get("name", ""),
            directions=_steps(each.get("directions", "")),
            quiet_directions=_steps(each.get("quiet_directions", "")),
            map_text=each.get("map_text", "") if row.map_id else "",
        )
        for key, each in said.items()
    }
    return _filled(texts, PlaceTexts())


def _steps(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


X = TypeVar("X")


def _filled(texts: dict[str, X], empty: X) -> dict[str, X]:
    """Without the languages in which nothing is said; in one order, so that equal texts are equal bytes."""
    return {language: texts[language] for language in sorted(texts) if texts[language] != empty}


def write(told: Told | ToldPlace) -> str:
    """The same bytes for the same content."""
    return orjson.dumps(told, option=orjson.OPT_SORT_KEYS).decode()


def read(revisions: Iterable[Revision], kind: type[T]) -> dict[str, T]:
    """What these revisions say, by id; a later one of a key instead of an earlier one."""
    wanted = Revision.Kind.ACTIVITY if kind is Told else Revision.Kind.PLACE
    return {str(each.key): msgspec.json.decode(each.body, type=kind) for each in revisions if each.kind == wanted}

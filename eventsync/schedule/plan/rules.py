"""What was told of the schedule, and what is different now. Times are aware, in UTC; minutes are whole."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

LANGUAGES = {"en": "English", "es": "Español", "fi": "Suomi", "ar": "العربية"}

Names = Mapping[str, str]
"""One text by language."""


class Status(StrEnum):
    """What families read of an activity. The first of these that is so counts."""

    CANCELLED = "cancelled"
    HELD = "held"  # it waits, and nobody knows yet until when
    DELAYED = "delayed"  # expected later than planned
    MOVED = "moved"  # at another time or place than when it was first told
    PLANNED = "planned"


class Kind(StrEnum):
    """What is different. Start and length are one fact."""

    ADDED = "added"
    CANCELLED = "cancelled"
    RESTORED = "restored"
    HELD = "held"
    RESUMED = "resumed"
    TIME_LATER = "time_later"
    TIME_EARLIER = "time_earlier"
    PLACE = "place"
    PLACE_NAME = "place_name"  # the same place is called otherwise
    TITLE = "title"
    GROUPS = "groups"
    DETAILS = "details"  # whatever else families read


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """What is written about an activity in one language; empty where nobody wrote it."""

    title: str = ""
    sentence: str = ""
    outline: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """When and where. `place`: its id; `end` is after `start`."""

    start: datetime
    end: datetime
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """All that families are told of an activity.

    `slot` is planned; it is expected to begin `delay` minutes later, and to end `overrun` minutes later. `first`: the
    slot that was told first, when it was another. `removed`: it is cancelled because it is in the draft no more.
    `groups`: for whom; empty for everybody.
    """

    id: str
    texts: dict[str, Texts]
    symbol: str
    slot: Slot
    delay: int
    place_name: dict[str, str]
    venue: str
    groups: tuple[str, ...]
    status: Status
    overrun: int = 0
    first: Slot | None = None
    removed: bool = False

    @property
    def start(self) -> datetime:
        """When it is expected to begin."""
        return self.slot.start + timedelta(minutes=self.delay)

    @property
    def end(self) -> datetime:
        return self.slot.end + timedelta(minutes=self.overrun)

    def by_language(self, name: str) -> dict[str, str]:
        """One of its `Texts`."""
        return {language: getattr(texts, name) for language, texts in self.texts.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceTexts:
    """What is written about a place in one language. Directions are steps; `map_text` is what the map shows."""

    name: str = ""
    directions: tuple[str, ...] = ()
    quiet_directions: tuple[str, ...] = ()
    map_text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Map:
    """A picture of the way. `file` names it in addresses; its size in dots."""

    file: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldPlace:
    """All that families are told of a place; `unknown` is said, never left out.

    Nothing was told of `step_free`, `toilet` and `map` in releases from before these were asked for.
    """

    id: str
    venue: str
    venue_name: str
    texts: dict[str, PlaceTexts]
    noise: str
    crowd: str
    light: str
    quiet_room: str
    step_free: str = "unknown"
    toilet: str = "unknown"
    map: Map | None = None

    @property
    def names(self) -> dict[str, str]:
        return {language: texts.name for language, texts in self.texts.items()}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference of one activity. Nothing was told of it before it was added."""

    kind: Kind
    old: Told | None
    new: Told


@dataclass(frozen=True, slots=True)
class Affected:
    """Whom changes are about: everybody, or these groups."""

    everybody: bool
    groups: tuple[str, ...]


def to_tell(draft: Iterable[Told], before: Mapping[str, Told]) -> dict[str, Told]:
    """What a release of this draft says, after what was told `before`; both by id.

    What is in the draft no more stays, cancelled. What is cancelled before anybody heard of it is not told at all.
    """
    after = {each.id: _after(each, before.get(each.id)) for each in draft}
    heard = {key: each for key, each in after.items() if key in before or each.status != Status.CANCELLED}
    return heard | {key: removed(told) for key, told in before.items() if key not in after}


def removed(told: Told) -> Told:
    return told if told.removed else replace(told, status=Status.CANCELLED, removed=True)


def _after(draft: Told, before: Told | None) -> Told:
    first = (before.first or before.slot) if before else draft.slot
    moved = None if first == draft.slot else first
    return replace(draft, first=moved, status=_status(draft, moved=moved is not None), removed=False)


def _status(draft: Told, *, moved: bool) -> Status:
    if draft.status in {Status.CANCELLED, Status.HELD}:
        return draft.status
    if draft.delay:
        return Status.DELAYED
    return Status.MOVED if moved else Status.PLANNED


def changes(before: Mapping[str, Told], after: Mapping[str, Told]) -> list[Change]:
    """Every difference, by the time that is expected now. What `after` lacks was removed: it is cancelled."""
    gone = {key: removed(told) for key, told in before.items() if key not in after}
    found = ((before.get(key), new) for key, new in {**after, **gone}.items())
    told = [Change(kind, old, new) for old, new in found for kind in _kinds(old, new)]
    return sorted(told, key=lambda change: (change.new.start, change.new.id))


def _kinds(old: Told | None, new: Told) -> list[Kind]:
    if old is None:  # what is new and will not be, or nobody knows when, is first of all that
        return [{Status.CANCELLED: Kind.CANCELLED, Status.HELD: Kind.HELD}.get(new.status, Kind.ADDED)]
    if old == new:
        return []
    was, now = old.status, new.status
    if now == Status.CANCELLED:
        return [Kind.DETAILS if was == Status.CANCELLED else Kind.CANCELLED]
    kinds = [*_turns(was, now), *_time(old, new), *_place(old, new)]
    kinds += [Kind.TITLE] if old.by_language("title") != new.by_language("title") else []
    kinds += [Kind.GROUPS] if set(old.groups) != set(new.groups) else []
    return kinds or [Kind.DETAILS]


def _turns(was: Status, now: Status) -> list[Kind]:
    if now == Status.HELD:
        return [] if was == Status.HELD else [Kind.HELD]
    if was == Status.CANCELLED:
        return [Kind.RESTORED]
    return [Kind.RESUMED] if was == Status.HELD else []


def _time(old: Told, new: Told) -> list[Kind]:
    was, now = (old.start, old.end), (new.start, new.end)
    if was == now:
        return []
    return [Kind.TIME_LATER if now > was else Kind.TIME_EARLIER]


def _place(old: Told, new: Told) -> list[Kind]:
    if old.slot.place != new.slot.place:
        return [Kind.PLACE]
    return [] if old.place_name == new.place_name else [Kind.PLACE_NAME]


def affected(what: Iterable[Change]) -> Affected:
    """Also those whom an activity is not for any more."""
    audiences = [told.groups for change in what for told in (change.old, change.new) if told is not None]
    everybody = any(not groups for groups in audiences)
    return Affected(everybody, tuple(sorted({group for groups in audiences for group in groups})))


def said(texts: Names, *, wanted: str, otherwise: str) -> tuple[str, str]:
    """A text and which language it is in. Nothing, in the wanted language, when nobody wrote it in any."""
    language = language_of(texts, wanted=wanted, otherwise=otherwise)
    return texts.get(language, ""), language


def language_of(texts: Mapping[str, object], *, wanted: str, otherwise: str) -> str:
    """The wanted language, or else the event's, or any, in which something was written; the wanted one if in none."""
    order = [wanted, otherwise, *sorted(texts)]
    return next((language for language in order if texts.get(language)), wanted)


def covers(start: datetime, end: datetime, day: date, zone: ZoneInfo) -> bool:
    """Whether any of it is on that day. What ends at midnight is not on the day that begins then."""
    return start.astimezone(zone).date() <= day <= (end - timedelta.resolution).astimezone(zone).date()

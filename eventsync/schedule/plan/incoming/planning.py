"""What a file says beside the draft: what would be new, other or the same; and writing just that."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from eventsync.schedule.models import Activity, Event, Place, Venue
from eventsync.schedule.plan import freezing
from eventsync.schedule.plan.editing import Overtaken
from eventsync.schedule.plan.incoming.finding import Activities, Places, looks, own_id
from eventsync.schedule.plan.incoming.items import MOST, Applied, Entry, Incoming, Preview, Problem
from eventsync.schedule.plan.incoming.showing import differences, shown
from eventsync.schedule.plan.incoming.values import Wrong, columns, label, merged, unknown

NEEDED = ("title", "start", "end")  # of a new activity, and a place
Match = tuple[Incoming, Activity | None]


def plan(event: Event, incoming: Sequence[Incoming], *, venue: Venue | None = None) -> Preview:
    """What these would do to the draft, in four queries. `venue`: of new places for which the file says none."""
    return _plan(event, incoming, venue, Activity.objects.all())


def apply(event: Event, incoming: Sequence[Incoming], *, seen: str, venue: Venue | None = None) -> Applied:
    """Writes just what somebody has `seen` in the plan, all or nothing; Overtaken when it would be something else."""
    try:
        with transaction.atomic():
            Event.objects.select_for_update(no_key=True).get(pk=event.pk)  # one file at a time
            what = _plan(event, incoming, venue, Activity.objects.select_for_update(of=("self",)))
            if what.problems or what.seen != seen:
                raise Overtaken(None)
            return _write(what)
    except IntegrityError as error:  # somebody else added the same place or number meanwhile
        raise Overtaken(None) from error


def _plan(event: Event, incoming: Sequence[Incoming], venue: Venue | None, drafts: QuerySet[Activity]) -> Preview:
    if len(incoming) > MOST:
        return Preview(problems=[Problem("File", f"It has {len(incoming):,} activities; at most {MOST:,} fit.")])
    rows = list(drafts.filter(event=event).select_related("event", "place__venue").order_by("pk"))
    activities, places = Activities(event, rows), Places(event, venue)
    matched = [(said, activities.find(said)) for said in incoming]
    new, other, wrong = list[Entry](), list[Entry](), list(_named_twice(matched))
    taken = _taken(matched)
    for said, row in matched:
        found = _values(said, row, event, places)
        if isinstance(found, list):
            wrong += [Problem(said.where, sentence) for sentence in found]
        elif row is None:
            new.append(Entry(said.where, _new(said, found, event, taken)))
        elif changed := _changed(row, found):
            other.append(Entry(said.where, row, changed))
    named = {row.pk for _, row in matched if row}
    return Preview(
        additions=new,
        changes=other,
        unchanged=len(named - {entry.row.pk for entry in other}),
        missing=sorted((row for row in rows if row.pk not in named), key=lambda row: (row.start, row.title)),
        places=places.new,
        problems=[*wrong, *_numbered_twice([*rows, *(entry.row for entry in new)], [*new, *other])],
    )


def _named_twice(matched: Iterable[Match]) -> Iterator[Problem]:
    first = dict[object, str]()
    for said, row in matched:
        key = row.pk if row else looks(said)
        if key in first:
            yield Problem(said.where, f"It is the same activity as {first[key]}.")
        first.setdefault(key, said.where)


def _numbered_twice(rows: Iterable[Activity], entries: Iterable[Entry]) -> Iterator[Problem]:
    count = Counter(row.number for row in rows if row.number)
    for where, row, _ in entries:
        if count[row.number] > 1:
            yield Problem(where, f"Another activity of this event has the number “{row.number}”.")


def _taken(matched: Iterable[Match]) -> set[UUID]:
    wanted = [said.id for said, row in matched if row is None and said.id]
    return set(Activity.objects.filter(pk__in=wanted).values_list("pk", flat=True))


def _values(said: Incoming, row: Activity | None, event: Event, places: Places) -> dict[str, Any] | list[str]:
    """The columns that it fills, or what is wrong with it."""
    found, wrong = columns(said, event)
    try:
        found["place"] = places.find(said, row.place if row else None)
    except Wrong as why:
        wrong.append(str(why))
    if row is None:
        wrong += [f"The {label(name)} is missing." for name in NEEDED if getattr(said, name) is None]
    else:
        found = _without_known_times(unknown(found, row), row)
        found["texts"] = merged(row.texts, found.get("texts", {}))
    start, end = found.get("start", row and row.start), found.get("end", row and row.end)
    if start and end and end <= start:
        wrong.append("It ends before it begins.")
    return wrong or found


def _without_known_times(found: dict[str, Any], row: Activity) -> dict[str, Any]:
    """A file that was made of what families see has the expected times; those of a late activity are nothing new."""
    told = freezing.activity(row, row.event.language)
    said = (found.get("start", row.start), found.get("end", row.end))
    if said not in {(_minute(row.start), _minute(row.end)), (_minute(told.start), _minute(told.end))}:
        return found
    return {name: value for name, value in found.items() if name not in {"start", "end"}}


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _new(said: Incoming, found: dict[str, Any], event: Event, taken: set[UUID]) -> Activity:
    row = Activity(event=event, **found | {"texts": merged({}, found["texts"])})
    if said.id is not None:
        row.pk = own_id(event, said.id) if said.id in taken else said.id
    return row


def _changed(row: Activity, found: dict[str, Any]) -> Any:
    """Gives the row these values; answers with what is other then."""
    before = shown(row)
    for name, value in found.items():
        setattr(row, name, value)
    return differences(before, shown(row))


def _write(what: Preview) -> Applied:
    Place.objects.bulk_create(what.places)
    added, changed = [entry.row for entry in what.additions], [entry.row for entry in what.changes]
    Activity.objects.bulk_create(added)
    for row in changed:
        row.version += 1
    # Two may have each other's numbers now.
    Activity.objects.filter(pk__in=[row.pk for row in changed]).exclude(number="").update(number="")
    columns_of = [column.name for column in Activity._meta.concrete_fields if column.name not in {"id", "event"}]
    Activity.objects.bulk_create(changed, update_conflicts=True, unique_fields=["id"], update_fields=columns_of)
    return Applied(added, changed, what.places)

"""An event once more on other days, such as next year's: its venues, places, words and draft, without its people."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from eventsync.jobs.publishing import publish
from eventsync.schedule.events import VenueAdded
from eventsync.schedule.models import Activity, Event, Intent, OwnSymbol, Place, Term, Venue
from eventsync.schedule.rules import on_later_day

Row = TypeVar("Row", bound=models.Model)

TOO_FAR = "That is too far away."
TAKEN = "An event with this short name exists already."
_OF_THE_DAY: dict[str, Any] = {"delay": 0, "status": Intent.PLANNED, "note": ""}
"""What of an activity was about that day, and not about the plan."""


def planned(source: Event, *, name: str, slug: str, first_day: date) -> Event:
    """The event that a copy would be, not stored. ValidationError when it cannot be."""
    later = first_day - source.first_day
    try:
        days = {"last_day": source.last_day + later, "keep_until": source.keep_until and source.keep_until + later}
    except OverflowError:
        raise ValidationError({"first_day": TOO_FAR}) from None
    event = _again(source, name=name, slug=slug, first_day=first_day, erasure_told_on=None, **days)
    event.full_clean()
    return event


def copy(source: Event, *, name: str, slug: str, first_day: date) -> Event:
    """Copies an event. Activities keep their local time: 10:00 stays 10:00, also where the clocks were changed between.

    Nobody's phone, role or record, and nothing that families were told, is copied. ValidationError when it cannot be.
    """
    event = planned(source, name=name, slug=slug, first_day=first_day)
    try:
        with transaction.atomic():
            event.save(force_insert=True)
            _copy_plan(source, event)
    except IntegrityError as error:  # somebody was quicker
        raise ValidationError({"slug": TAKEN}) from error
    except OverflowError as error:
        raise ValidationError({"first_day": TOO_FAR}) from error
    return event


def _copy_plan(source: Event, event: Event) -> None:
    # In this order, so that what a row names is there, even if somebody adds to the source just now.
    activities = list(Activity.objects.filter(event=source).order_by())
    # Locked, for a map is forgotten once no place has it any more.
    places = list(Place.objects.select_for_update(of=("self",)).filter(venue__event=source).order_by("pk"))
    venues = {row.pk: _again(row, event=event) for row in source.venues.order_by()}
    there = {row.pk: _again(row, venue=venues[row.venue_id]) for row in places if row.venue_id in venues}
    later = event.first_day - source.first_day
    Venue.objects.bulk_create(venues.values())
    Place.objects.bulk_create(there.values())
    Activity.objects.bulk_create(_activity(row, event, there, later) for row in activities if row.place_id in there)
    Term.objects.bulk_create(_again(row, event=event) for row in Term.objects.filter(event=source).order_by())
    own = OwnSymbol.objects.filter(event=source).order_by()
    OwnSymbol.objects.bulk_create(_again(row, event=event) for row in own)
    publish(*(VenueAdded(event=event.pk, venue=venue.pk) for venue in venues.values()))


def _activity(row: Activity, event: Event, places: Mapping[UUID, Place], later: timedelta) -> Activity:
    zone = ZoneInfo(event.tz)
    start, end = (on_later_day(at, later, zone) for at in (row.start, row.end))
    if end <= start:  # the clocks were changed while it was on
        end = start + (row.end - row.start)
    texts = {language: dict(said) for language, said in row.texts.items() if said.keys() - {"note"}}
    for said in texts.values():
        said.pop("note", None)
    return _again(row, event=event, place=places[row.place_id], start=start, end=end, texts=texts, **_OF_THE_DAY)


def _again(row: Row, **other: Any) -> Row:
    """The same row with an id of its own, not stored."""
    own = [column for column in row._meta.concrete_fields if column.name not in {"id", "version", *other}]
    return type(row)(**{column.attname: getattr(row, column.attname) for column in own}, **other)

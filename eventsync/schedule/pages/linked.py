"""What search engines and assistants read of a page: schema.org's events as data, which no browser runs."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import cache, partial
from typing import Any

import orjson
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from eventsync.schedule.pages import rules
from eventsync.schedule.pages.shelf import Shelf
from eventsync.schedule.pages.telling import Teller
from eventsync.schedule.pages.visits import Visit
from eventsync.schedule.plan.queries import Plan
from eventsync.schedule.plan.rules import Names, Slot, Status, Told, said

SCHEMA = "https://schema.org"
_STATUS = {Status.CANCELLED: "EventCancelled", Status.HELD: "EventPostponed"}
KEPT = 4_000  # activities, of about half a kB each
_IN_SCRIPTS = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}  # as Django's json_script has them

shelf: Shelf[str] = Shelf(KEPT)


def linked(teller: Teller, activities: Iterable[Told]) -> SafeString:
    """The event, and these activities of it, to be put into a script element of the type application/ld+json."""
    visit, plan = teller.visit, teller.plan
    whole = _whole(visit, plan)
    part = {"superEvent": {"@id": whole["@id"]}}
    address = cache(lambda day: f"{settings.BASE_URL}{visit.bare('day', day=day)}")

    def write(told: Told) -> str:
        return _json(_activity(told, visit, plan, address) | part)

    written = (shelf.get((settings.BASE_URL, teller.made_of(told)), partial(write, told)) for told in activities)
    graph = ",".join([_json(whole), *written])
    return mark_safe(f'{{"@context":"{SCHEMA}","@graph":[{graph}]}}')  # noqa: S308 nothing in it can end the element


def _json(said: dict[str, Any]) -> str:
    return orjson.dumps(said).decode().translate(_IN_SCRIPTS)


def _whole(visit: Visit, plan: Plan) -> dict[str, Any]:
    event, address = visit.event, f"{settings.BASE_URL}{visit.bare('now')}"
    venues = sorted({place.venue_name for place in plan.places.values()})
    return {
        "@type": "Event",
        "@id": address,
        "name": event.name,
        **_times(event.first_day, event.last_day),
        "eventStatus": f"{SCHEMA}/EventScheduled",
        "eventAttendanceMode": f"{SCHEMA}/OfflineEventAttendanceMode",
        "location": [{"@type": "Place", "name": name} for name in venues],
        "url": address,
    }


def _activity(told: Told, visit: Visit, plan: Plan, address: Callable[[date], str]) -> dict[str, Any]:
    """`address`: of the page of a day."""

    def text(texts: Names) -> str:
        return said(texts, wanted=visit.words.code, otherwise=visit.event.language)[0]

    def local(at: datetime) -> datetime:
        return visit.clock.local(at)

    day, place = local(told.start).date(), plan.places.get(told.slot.place)
    planned = _planned(told)
    status = _STATUS.get(told.status) or ("EventRescheduled" if planned else "EventScheduled")
    sentence, url = text(told.by_language("sentence")), f"{address(day)}#{rules.anchor(told.id)}"
    venue = {"containedInPlace": {"@type": "Place", "name": place.venue_name}} if place else {}
    return {
        "@type": "Event",
        "@id": url,
        "name": text(told.by_language("title")),
        **({"description": sentence} if sentence else {}),
        **_times(local(told.start), local(told.end)),
        **({"previousStartDate": local(planned.start)} if planned else {}),
        "eventStatus": f"{SCHEMA}/{status}",
        "location": {"@type": "Place", "name": text(told.place_name), **venue},
        "url": url,
    }


def _planned(told: Told) -> Slot | None:
    """When it should have begun, if that is another time than the one that is told now."""
    planned = rules.planned(told)
    return planned if planned and planned.start != told.start else None


def _times(start: date, end: date) -> dict[str, date]:
    return {"startDate": start, "endDate": end}

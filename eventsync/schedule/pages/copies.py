"""All pages of an event in one language, in one answer: a phone keeps it, and has every day, place and help without a
network. One answer, so that pages of two releases are never mixed, and a crowd asks once each, not once for each page.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

import orjson
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from eventsync.schedule.models import Term
from eventsync.schedule.pages import contents
from eventsync.schedule.pages.answers import FILES, etag_of, render, send
from eventsync.schedule.pages.contents import Page
from eventsync.schedule.pages.days import days_of
from eventsync.schedule.pages.news import read_before
from eventsync.schedule.pages.pictures import used
from eventsync.schedule.pages.places import maps_of
from eventsync.schedule.pages.releases import plan_of
from eventsync.schedule.pages.settings import USUAL
from eventsync.schedule.pages.shelf import Shelf
from eventsync.schedule.pages.terms import terms_of
from eventsync.schedule.pages.visits import Visit

COPIES = 8  # that a process holds ready; the largest, of a thousand activities, has about 2 MB

shelf: Shelf[str] = Shelf(COPIES)


def answer(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """The copy, or 304 for whoever holds it."""
    visit = replace(visit, kept=True, chosen=True, seen=None, settings=USUAL)
    explained = terms_of(visit.event)
    etag = etag_of(("copy", visit.stamp, read_before(visit), contents.terms(visit, explained).about))
    blank = HttpResponse(content_type="application/json")
    return send(request, visit, etag, blank, lambda: shelf.get(etag, lambda: copy(visit, explained)))


def copy(visit: Visit, explained: Sequence[Term]) -> str:
    """JSON: `release`, `tz`, `start`, `days`, `files`, `missing`, and `pages` by path, whole without `extras`."""
    start = visit.at("now")
    days = days_of(visit, plan_of(visit))
    return packed(start, days, contents.all_of(visit, explained), missing=contents.gone(start))


def packed(
    start: Visit, days: Iterable[date], pages: Iterable[tuple[Visit, Page]], *, missing: Page, name: str = ""
) -> str:
    """These pages, each with its visit; `start`: where today is shown, one of these days; `name`: whose they are."""
    plan = plan_of(start)
    told = {
        **({"name": name} if name else {}),
        "release": start.number,
        "tz": start.event.tz,
        "start": start.path,
        "days": [str(day) for day in days],
        "files": list(FILES.values()),
        "extras": [*(picture.file for picture in used(start, plan)), *maps_of(plan)],
        "missing": render(start, missing),
        "pages": {there.path: render(there, page) for there, page in pages},
    }
    return orjson.dumps(told).decode()

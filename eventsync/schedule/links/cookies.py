"""A phone’s own secrets: a cookie for each family link that is open on it, and others that lie beside them."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from eventsync.schedule.links import opening
from eventsync.schedule.models import FamilyLink
from eventsync.schedule.pages.visits import Visit

_COOKIE = re.compile(r"mine-([0-9a-f]{32})")
MOST = 12  # days that are looked for on one phone
LONGEST = timedelta(days=400)  # that browsers keep a cookie


def links_here(request: HttpRequest, reader: Visit) -> Iterator[FamilyLink]:
    """Those that this phone opened, and that are still open."""
    keys = [UUID(found[1]) for name in request.COOKIES if (found := _COOKIE.fullmatch(name))]
    for key in keys[:MOST]:
        link = opening.link_of_phone(reader.event, key, secret_of(request, key), now=reader.now)
        if link is not None:
            yield link


def secret_of(request: HttpRequest, key: UUID) -> str:
    return str(request.COOKIES.get(cookie_of(key), ""))


def cookie_of(key: UUID) -> str:
    return f"mine-{key.hex}"


def keep(response: HttpResponseBase, reader: Visit, name: str, secret: str, *, until: date) -> None:
    """Has the phone hold a secret of its own, up to that day."""
    response.set_cookie(
        name,
        secret,
        max_age=min(until - reader.now.date() + timedelta(days=1), LONGEST),
        path=path_of(slug=reader.event.slug),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def forget(response: HttpResponseBase, reader: Visit, name: str) -> None:
    response.delete_cookie(name, path=path_of(slug=reader.event.slug), samesite="Lax")


def id_of(said: str) -> UUID:
    """An id that a form says; for anything else one that nothing has."""
    try:
        return UUID(said)
    except ValueError:
        return uuid4()


def path_of(*, slug: str) -> str:
    """No other page gets the cookies, so those that everybody reads stay the same for everybody."""
    return reverse("schedule-mine", kwargs={"slug": slug})

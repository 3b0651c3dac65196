"""Which family links are open on a phone: it holds a cookie for each, and no other page gets them."""

import re
from collections.abc import Iterator
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from eventsync.schedule.links import opening
from eventsync.schedule.models import FamilyLink
from eventsync.schedule.pages.visits import Visit

_COOKIE = re.compile(r"mine-([0-9a-f]{32})")
MOST = 12  # days that are looked for on one phone


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


def path_of(*, slug: str) -> str:
    """No other page gets the cookies, so those that everybody reads stay the same for everybody."""
    return reverse("schedule-mine", kwargs={"slug": slug})

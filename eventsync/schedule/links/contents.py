"""What the pages of a family link are made of: opening it, each of one's own days, leaving."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from eventsync.schedule.links.opening import shown_calendar
from eventsync.schedule.links.visits import Mine
from eventsync.schedule.models import FamilyLink
from eventsync.schedule.pages import contents
from eventsync.schedule.pages.contents import Page
from eventsync.schedule.pages.days import GOOGLE, days_of
from eventsync.schedule.pages.releases import plan_of
from eventsync.schedule.pages.visits import Visit


def card(visit: Visit, link: FamilyLink, *, token: str, phone: UUID) -> Page:
    """Before the button is pressed nothing has happened: whoever looks at links for a mail program presses none."""
    say = visit.words.say
    return Page(
        "schedule/link.html",
        lambda: {
            "heading": f"{visit.event.name}: {say('mine')}",
            "title": say("mine"),
            **_whose(visit, link),
            "link_for": say("link_for", nickname=link.nickname),
            "action": visit.link("mine"),
            "token": token,
            "phone": phone,
        },
        about=phone,
    )


def closed(visit: Visit, *, status: int) -> Page:
    """The same for a link that was never there, is of another event, was revoked, or is over."""
    title = visit.words.say("link_closed")
    return Page(
        "schedule/link_closed.html", lambda: {"heading": f"{visit.event.name}: {title}", "title": title}, status=status
    )


def now(mine: Mine) -> Page:
    return _own(mine, contents.now(mine))


def day(mine: Mine, day: date) -> Page:
    return _own(mine, contents.day(mine, day))


def _own(mine: Mine, page: Page) -> Page:
    about = (mine.owner_stamp, page.about)
    if page.template != "schedule/day.html":
        return replace(page, about=about)
    return replace(page, template="schedule/mine.html", context=lambda: page.context() | _beside(mine), about=about)


def _beside(mine: Mine) -> dict[str, Any]:
    """What one's own day says instead of the day of everybody, and beside it."""
    say = mine.words.say
    return {
        "heading": f"{mine.event.name}: {mine.owner.nickname}",
        **_whose(mine, mine.owner),
        "list_title": say("mine_list"),
        "list_empty": say("mine_empty"),
        "mine_copy": mine.own_copy,
        "leave": "" if mine.kept else f"{mine.own('leave')}?{urlencode({'lang': mine.words.code})}",
        **_calendars(mine),
    }


def _calendars(mine: Mine) -> dict[str, str]:
    token = shown_calendar(mine.owner)
    if not token:
        return {}
    google = urlencode({"cid": _subscription(mine, "google", token)})
    return {"add": _subscription(mine, "calendar", token), "add_google": f"{GOOGLE}?{google}"}


def _whose(visit: Visit, link: FamilyLink) -> dict[str, Any]:
    return {"nickname": link.nickname, "symbol": link.symbol, "symbol_word": visit.words.say(f"symbol_{link.symbol}")}


def _subscription(mine: Mine, name: str, token: str) -> str:
    path = reverse(f"family-{name}", kwargs={"slug": mine.event.slug, "token": token})
    return f"webcal://{settings.BASE_URL.partition('://')[2]}{path}?{urlencode({'lang': mine.words.code})}"


def leave(mine: Mine) -> Page:
    title = mine.words.say("leave_ask")
    return Page(
        "schedule/leave.html",
        lambda: {"heading": title, "title": title, "stay": mine.link("mine"), **_whose(mine, mine.owner)},
        about=mine.owner_stamp,
    )


def all_of(mine: Mine) -> Iterator[tuple[Visit, Page]]:
    """Every page of one's own, each with its visit."""
    if mine.release is None:
        yield mine, now(mine)
    for each in days_of(mine, plan_of(mine)):
        there = replace(mine, path=mine.own("day", day=each))
        yield there, day(there, each)

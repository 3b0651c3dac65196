"""Making a card, and what a family does with it."""

import re
from typing import Any

from django.conf import settings
from django.test import Client

from eventsync.schedule.links.making import Card, Wanted, make
from eventsync.schedule.models import Event
from tests.cast import NOON
from tests.schedule.plan.plans import HOUR

MINE = "/schedule/games/mine/"


def make_card(event: Event, nickname: str = "Sunny Bear", groups: tuple[str, ...] = ("Norway",), **more: Any) -> Card:
    wanted = Wanted(
        nickname=nickname,
        symbol="sun",
        groups=groups,
        person=more.pop("person", None),
        leads=more.pop("leads", False),
    )
    [card] = make(event=event, wanted=[wanted], by="Maria", now=NOON - HOUR, **more)
    return card


def path(card: Card) -> str:
    return card.address.removeprefix(settings.BASE_URL)


def token(card: Card) -> str:
    return path(card).strip("/").rpartition("/")[2]


def hidden(html: str) -> dict[str, str]:
    """The form of a card's page, as a browser sends it when its button is pressed."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]+)">', html))


def press(client: Client, card: Card, **headers: str) -> Any:
    """Scans a card and presses the button, on a page in English."""
    html = client.get(f"{path(card)}?lang=en").content.decode()
    return client.post(f"{MINE}?lang=en", hidden(html), headers=headers)


def opened(card: Card) -> Client:
    """A browser in which the card was opened."""
    client = Client()
    assert press(client, card).status_code == 302
    return client


def own(card: Card, rest: str = "") -> str:
    return f"{MINE}{card.link.pk}/{rest}"

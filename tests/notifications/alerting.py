"""Staff, their phones, and alerts that come and are shown by workers."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from eventsync.access.ranks import Rank
from eventsync.jobs import queue
from eventsync.jobs.alerts import alert
from eventsync.jobs.models import Alert
from eventsync.jobs.rules import Partition
from notifications.alerts import telling
from notifications.models import AlertBrowser
from tests.cast import NOON, Games
from tests.desk import staff
from tests.notifications.joining import subscription
from tests.notifications.push_service import Browser

PAGE = "/control/phone/"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NIGHT = NOON + 10 * HOUR


def lead(games: Games, name: str = "lea", rank: Rank = Rank.LEAD) -> Client:
    return staff(name, rank, games.event)


def tell(client: Client, said: Any, **headers: str) -> int:
    """As the page's script does it."""
    body = json.dumps(said)
    return client.post(f"{PAGE}browser/", body, content_type="application/json", headers=headers).status_code


def subscribe(client: Client, browser: Browser, **said: str) -> AlertBrowser:
    client.post(PAGE, {"begin": ""} | said)
    assert tell(client, subscription(browser)) == 204
    return AlertBrowser.objects.get(endpoint=browser.endpoint)


def comes(games: Games, kind: str = "dead_letter", subject: str = "it", at=NOON) -> Alert:
    of = Partition(games.event.pk)
    alert(kind=kind, subject=subject, message="Guest 1 waits.", now=at, of=of)
    return Alert.objects.latest("pk")


def go(at=NOON) -> None:
    """What workers do at this time."""
    with time_machine.travel(at, tick=False):
        telling.owe(now=at)
        queue.run()


@pytest.fixture(autouse=True)
def before() -> Iterator[None]:
    """Whatever is not done by workers is done a minute before noon."""
    with time_machine.travel(NOON - MINUTE, tick=False):
        yield

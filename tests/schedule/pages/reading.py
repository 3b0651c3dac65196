"""What pages say, read as families do; and a change of the plan."""

import re
from html import unescape

from django.test import Client

from eventsync.schedule.models import Activity
from tests.cast import NOON
from tests.schedule.plan.plans import HOUR, Day, release

PAGE, SATURDAY = "/schedule/games/", "/schedule/games/2026-07-04/"


def read(client: Client, address: str = PAGE, **headers: str) -> str:
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def text(html: str) -> str:
    """What is to be read, in one line, by whoever chose nothing else."""
    shown = re.sub(r"<span[^>]* hidden>.*?</span>", "", html.partition("<body>")[2] or html)
    spoken = re.sub(r"<[^>]+>", " ", re.sub(r"</?span[^>]*>", "", shown))
    return re.sub(r"\s+([.:,])", r"\1", re.sub(r"\s+", " ", unescape(spoken))).strip()


def part(html: str, heading: str) -> str:
    """The text of one section of the page."""
    found = re.search(rf'<h2 id="{heading}">.*?</section>', html, re.DOTALL)
    return text(found[0]) if found else ""


def change(day: Day, **said) -> None:
    """Half an hour later, on the stage; no party; a dance."""
    later = {"start": day.relay.start + HOUR / 2, "end": day.relay.end + HOUR / 2, "place": day.stage}
    Activity.objects.filter(pk=day.relay.pk).update(**later, note="The pool needs cleaning.")
    Activity.objects.filter(pk=day.party.pk).update(status="cancelled", note="You can watch a film on the deck.")
    Activity.objects.create(
        event=day.event, place=day.deck, title="Dance", start=NOON + 2 * HOUR, end=NOON + 3 * HOUR, groups=["Norway"]
    )
    release(day.event, now=NOON, **said)

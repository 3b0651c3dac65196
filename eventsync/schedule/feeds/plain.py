"""What was told, as a program gets it that hands it on: plain texts in one language, and addresses."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from eventsync.schedule.pages.rules import anchor
from eventsync.schedule.pages.visits import Visit
from eventsync.schedule.plan.queries import Plan
from eventsync.schedule.plan.rules import Status, Told, said

SAID_IN_TITLE = (Status.CANCELLED, Status.HELD)  # what nobody may overlook where only titles show
_UNSPEAKABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]"
)  # neither XML nor calendars have these


def clean(text: str) -> str:
    return _UNSPEAKABLE.sub("", text).strip()


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads a plan in the language of the visit."""

    visit: Visit
    plan: Plan

    @property
    def name(self) -> str:
        return clean(self.visit.calendar_name)

    @property
    def activities(self) -> list[Told]:
        """By the time that is expected."""
        return sorted(self.plan.activities.values(), key=lambda told: (told.start, told.id))

    def text(self, texts: Mapping[str, str]) -> str:
        return clean(said(texts, wanted=self.visit.words.code, otherwise=self.visit.event.language)[0])

    def title(self, told: Told) -> str:
        """“Cancelled: Swimming”."""
        title = self.text(told.by_language("title"))
        return f"{self.visit.words.say(f'status_{told.status}')}: {title}" if told.status in SAID_IN_TITLE else title

    def place(self, told: Told) -> str:
        return self.text(told.place_name)

    def place_name(self, place: str) -> str:
        told = self.plan.places.get(place)
        return self.text(told.names) if told else ""

    def groups(self, told: Told) -> list[str]:
        return [clean(group) for group in told.groups]

    def local(self, at: datetime) -> datetime:
        return self.visit.clock.local(at)

    def address(self, told: Told) -> str:
        """Where it stands on its day's page."""
        return f"{self.page('day', day=self.local(told.start).date())}#{anchor(told.id)}"

    def page(self, name: str, **where: object) -> str:
        """The whole address of a page, in this language."""
        return f"{settings.BASE_URL}{self.visit.bare(name, **where)}"

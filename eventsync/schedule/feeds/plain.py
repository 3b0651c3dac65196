"""What was told, as a program gets it that hands it on: plain texts in one language, and addresses."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings

from eventsync.schedule.pages.visits import Visit
from eventsync.schedule.plan.queries import Plan
from eventsync.schedule.plan.rules import Status, Told, said

SAID_IN_TITLE = (Status.CANCELLED, Status.HELD)  # what nobody may overlook where only titles show


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads a plan in the language of the visit."""

    visit: Visit
    plan: Plan

    def text(self, texts: Mapping[str, str]) -> str:
        return said(texts, wanted=self.visit.words.code, otherwise=self.visit.event.language)[0]

    def title(self, told: Told) -> str:
        """“Cancelled: Swimming”."""
        title = self.text(told.by_language("title"))
        return f"{self.visit.words.say(f'status_{told.status}')}: {title}" if told.status in SAID_IN_TITLE else title

    def place(self, told: Told) -> str:
        return self.text(told.place_name)

    def place_name(self, place: str) -> str:
        told = self.plan.places.get(place)
        return self.text(told.names) if told else ""

    def address(self, told: Told) -> str:
        """Where it stands on its day's page."""
        day = self.visit.clock.local(told.start).date()
        return f"{settings.BASE_URL}{self.visit.bare('day', day=day)}#a-{told.id}"

"""Whoever reads their own day: a visit that tells a part of the plan, at addresses that only their phone can read."""

from dataclasses import dataclass, fields
from typing import Self

from django.urls import reverse

from eventsync.schedule.models import FamilyLink
from eventsync.schedule.pages.visits import Visit

_OWN = {"day": "day", "mine": "now"}  # of the pages that days lead to, those that are one's own


@dataclass(frozen=True, kw_only=True)
class Mine(Visit):
    """A visit by a phone of this link."""

    owner: FamilyLink

    @classmethod
    def of(cls, visit: Visit, owner: FamilyLink) -> Self:
        said = {each.name: getattr(visit, each.name) for each in fields(Visit)}
        return cls(**said | {"groups": tuple(owner.groups), "has_links": True}, owner=owner)

    @property
    def owner_stamp(self) -> tuple[object, ...]:
        owner = self.owner
        return (owner.pk, owner.nickname, owner.symbol, *owner.groups)

    @property
    def calendar_name(self) -> str:
        """Without the nickname: calendars hand on what they are called."""
        return f"{self.event.name}: {self.words.say('mine')}"

    def link(self, name: str, **where: object) -> str:
        if name not in _OWN:
            return super().link(name, **where)
        return self._address(self.own(_OWN[name], **where), self.words.code if self.chosen else None, self.seen)

    def own(self, name: str, **where: object) -> str:
        """The path of a page of one's own."""
        return reverse(f"mine-{name}", kwargs={"slug": self.event.slug, "key": self.owner.pk, **where})

    @property
    def own_copy(self) -> str:
        """Where all of one's own pages are to be had at once, in this language."""
        return self._address(self.own("copy"), self.words.code, None)

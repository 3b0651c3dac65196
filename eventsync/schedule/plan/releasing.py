"""Releases: the draft becomes what families see, in one transaction, just as somebody saw it in the preview."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from eventsync.jobs.publishing import publish
from eventsync.schedule import maps, records
from eventsync.schedule.events import ScheduleUpdated
from eventsync.schedule.language.checking import Reworded, wording
from eventsync.schedule.models import Event, Release, Revision
from eventsync.schedule.plan import freezing, rules
from eventsync.schedule.plan.delays import Cards, Collision, collisions
from eventsync.schedule.plan.losses import Loss, losses
from eventsync.schedule.plan.queries import cards, current, last_release, said_before
from eventsync.schedule.plan.rules import Affected, Change, Told, ToldPlace
from eventsync.sync.streams import Changes, lock

OVERTAKEN = "Somebody changed the schedule since you looked at it. Look again, then release."


class NotReleased(Exception):
    """Why nothing was released, in one sentence."""


class NeedsAnother(NotReleased):
    """Nobody makes a place worse for families alone."""

    def __init__(self) -> None:
        super().__init__("It makes a place worse for some people, so another person has to agree.")


class HardToRead(NotReleased):
    """Nobody said why it cannot wait for plain words."""

    def __init__(self) -> None:
        super().__init__("Some of it is hard to read. Mend it, or say why it cannot wait.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a release would tell that is not told yet, for which `seen` stands; `plan` is all that is told then.

    `reworded`: what may say something in words that families have not read; nothing where it is said again.
    `losses`: what of places is worse than they were told.
    """

    number: int
    changes: list[Change]
    plan: Mapping[str, Told]
    activities: dict[str, Told]
    places: dict[str, ToldPlace]
    reworded: list[Reworded]
    losses: list[Loss]
    cards: Cards

    @property
    def affected(self) -> Affected:
        return rules.affected(self.changes)

    @property
    def collisions(self) -> list[Collision]:
        """Those of what is told anew."""
        found = collisions(self.plan.values(), self.cards)
        return [each for each in found if {each.one.id, each.other.id} & self.activities.keys()]

    @property
    def is_empty(self) -> bool:
        return not (self.activities or self.places)

    @property
    def told(self) -> list[Told | ToldPlace]:
        return [*self.activities.values(), *self.places.values()]

    @property
    def seen(self) -> str:
        told = [freezing.write(each) for each in self.told]
        return hashlib.sha256("\n".join([str(self.number), *sorted(told)]).encode()).hexdigest()


def preview(event: Event) -> Preview:
    """What is different between the draft and what families see."""
    told = current(event)
    wanted = rules.to_tell(freezing.activities(event), told.activities)
    return _preview(event, told.activities, wanted, told.places, freezing.places(event))


def preview_undo(event: Event) -> Preview:
    """What would be told if the last release were taken back; NotReleased when there is none before it."""
    last = last_release(event)
    if last is None or last.number == 1:
        raise NotReleased("There is no release before the last one.")
    told, earlier = current(event), said_before(last)
    new = {key for key in told.activities if told.revisions[key].release_id == last.pk}
    back = {key: earlier.activities.get(key) or rules.removed(told.activities[key]) for key in new}
    found = _preview(event, told.activities, told.activities | back, told.places, told.places | earlier.places)
    return replace(found, reworded=[])


def _preview(
    event: Event,
    before: Mapping[str, Told],
    after: Mapping[str, Told],
    places_before: Mapping[str, ToldPlace],
    places_after: Mapping[str, ToldPlace],
) -> Preview:
    last = last_release(event)
    activities = {key: each for key, each in after.items() if before.get(key) != each}
    places = {key: each for key, each in places_after.items() if places_before.get(key) != each}
    in_order = sorted(activities.values(), key=lambda told: (told.start, told.id))
    reworded: list[Reworded] = [(each, before.get(each.id)) for each in in_order]
    return Preview(
        number=last.number + 1 if last else 1,
        changes=rules.changes(before, after),
        plan=after,
        activities=activities,
        places=places,
        reworded=[*reworded, *((each, places_before.get(key)) for key, each in places.items())],
        losses=losses(places_before, places),
        cards=cards(event),
    )


def release(
    *, event: Event, comment: Mapping[str, str], seen: str, by: str, now: datetime, despite: str = ""
) -> Release:
    """Tells families what the preview `seen` showed; NotReleased if the draft says something else by now.

    `comment`: what families read of it, by language; `by`: who did it; `despite`: why it cannot wait, if some of it is
    hard to read.
    """
    # Reading a large plan takes a second, so that is done before the lock. `seen` says that it is the same plan there.
    despite = excuse(event, _alone(checked(preview(event), seen)), comment, despite)
    with transaction.atomic():
        return _release(event, _row(event, comment, by, now, despite), seen)


def release_as_agreed(
    *, event: Event, comment: Mapping[str, str], seen: str, by: str, now: datetime, despite: str = ""
) -> Release:
    """The same in the transaction in which another person agrees to what makes a place worse."""
    despite = excuse(event, checked(preview(event), seen), comment, despite)
    return _release(event, _row(event, comment, by, now, despite), seen)


def _release(event: Event, row: Release, seen: str) -> Release:
    with _locked(event) as changes:
        return _tell(row, checked(preview(event), seen), changes)


def undo(*, event: Event, comment: Mapping[str, str], seen: str, by: str, now: datetime, despite: str = "") -> Release:
    """A new release that says what the one before the last said. The draft stays, to be mended and released again."""
    despite = excuse(event, _alone(checked(preview_undo(event), seen)), comment, despite)
    with transaction.atomic():
        return _undo(event, _row(event, comment, by, now, despite), seen)


def undo_as_agreed(
    *, event: Event, comment: Mapping[str, str], seen: str, by: str, now: datetime, despite: str = ""
) -> Release:
    """The same in the transaction in which another person agrees to what makes a place worse."""
    despite = excuse(event, checked(preview_undo(event), seen), comment, despite)
    return _undo(event, _row(event, comment, by, now, despite), seen)


def _undo(event: Event, row: Release, seen: str) -> Release:
    with _locked(event) as changes:
        what = checked(preview_undo(event), seen)
        row.restores = what.number - 2
        return _tell(row, what, changes)


def _row(event: Event, comment: Mapping[str, str], by: str, now: datetime, despite: str) -> Release:
    return Release(event=event, at=now, by=by, comment=dict(comment), despite=despite)


def _alone(what: Preview) -> Preview:
    """What somebody may tell without another person."""
    if what.losses:
        raise NeedsAnother
    return what


def excuse(event: Event, what: Preview, comment: Mapping[str, str], despite: str) -> str:
    """Why it is told although some of it is hard to read; nothing where none is."""
    if not any(each.finding.hard for each in wording(event, what.reworded, comment)):
        return ""
    if not despite:
        raise HardToRead
    return despite


@contextmanager
def _locked(event: Event) -> Iterator[Changes]:
    """One release of an event at a time, by the lock of its stream."""
    changes = lock([records.schedule_stream(event.id)])
    yield changes
    changes.write()


def checked(what: Preview, seen: str) -> Preview:
    """What is as somebody saw it, and different from what families see; else NotReleased."""
    if what.is_empty:
        raise NotReleased("Nothing is different from what families see.")
    if what.seen != seen:
        raise NotReleased(OVERTAKEN)
    return what


def _tell(row: Release, what: Preview, changes: Changes) -> Release:
    if not maps.hold(place.map for place in what.places.values() if place.map):
        raise NotReleased(OVERTAKEN)  # it was replaced after the plan was read
    row.number = what.number
    row.save(force_insert=True)
    _revise(row, what)
    records.put_release(changes, row, what.activities.values())
    publish(
        ScheduleUpdated(
            event=row.event_id,
            release=row.id,
            number=row.number,
            activities=tuple(sorted(what.activities)),
            kinds=tuple(sorted({change.kind.value for change in what.changes})),
        )
    )
    return row


def _revise(row: Release, what: Preview) -> None:
    earlier = Revision.objects.filter(key__in=[each.id for each in what.told], latest=True)
    numbers = {str(key): number for key, number in earlier.values_list("key", "number")}
    earlier.update(latest=False)
    Revision.objects.bulk_create(
        Revision(
            event=row.event,
            release=row,
            kind=Revision.Kind.ACTIVITY if isinstance(each, Told) else Revision.Kind.PLACE,
            key=each.id,
            number=numbers.get(each.id, 0) + 1,
            body=freezing.write(each),
        )
        for each in what.told
    )

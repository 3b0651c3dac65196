"""Bringing an outbox in: a look at what it would do, then the very path of a push, batch by batch.

Ids make it harmless to do twice. It is no contact with a phone: when it was last heard stays as it was.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import transaction

from eventsync.sync.enrolment import publish_profile
from eventsync.sync.models import Device, Operation, Verdict
from eventsync.sync.outbox.reading import Entry, Outbox
from eventsync.sync.push import deliver
from eventsync.sync.registry import registry
from eventsync.sync.triage import Arrival
from eventsync.sync.wire import MAX_OPERATIONS, Received


@dataclass
class Author:
    """Whose operations a file has, and how many of them. Only those of a `device` of the event can be brought in."""

    id: str
    device: Device | None
    of_event: bool
    operations: int = 0
    new: int = 0

    @property
    def standing(self) -> str:
        if self.device is None:
            return "unknown"
        return "known" if self.of_event else "another event"


@dataclass
class Survey:
    """What a file has in it, before anything is done."""

    outbox: Outbox
    authors: list[Author]

    @property
    def unknown(self) -> list[Author]:
        return [author for author in self.authors if author.device is None]

    @property
    def new(self) -> int:
        return sum(author.new for author in self.authors)

    @property
    def here(self) -> int:
        return sum(author.operations - author.new for author in self.authors)


@dataclass
class Report:
    """What came of an import. `left_out`: how many operations of which phones, unknown here or of another event."""

    operations: int = 0
    accepted: int = 0
    flagged: int = 0
    refused: int = 0
    quarantined: int = 0
    already_here: int = 0
    unreadable: int = 0
    missing: int = 0
    unreadable_lines: list[dict[str, Any]] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
    created: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether all that the file should have is here now."""
        return not (self.unreadable or self.missing or self.left_out)

    def leave_out(self, author: str, operations: int) -> None:
        self.left_out[author] = self.left_out.get(author, 0) + operations

    def wire(self) -> dict[str, Any]:
        return asdict(self) | {"whole": self.whole}


def survey(outbox: Outbox, *, event_id: UUID) -> Survey:
    authors: dict[str, Author] = {}
    for entries in _batches(outbox):
        ids = [entry.received.id for entry in entries]
        here = set(map(str, Operation.objects.filter(id__in=ids).values_list("id", flat=True)))
        for entry in entries:
            author = _author(authors, entry.author, event_id)
            author.operations += 1
            author.new += entry.received.id not in here
            here.add(entry.received.id)  # a second one in the file is not new either
    return Survey(outbox, sorted(authors.values(), key=lambda author: -author.operations))


def bring_in(
    outbox: Outbox, *, event_id: UUID, create: str | None, now: datetime, progress: Callable[[int], None]
) -> Report:
    """Pushes all operations of the event's phones, as if these had brought them; ApiError `unavailable`.

    `create`: the profile of phones that are not known here, because they enrolled after the backup that this database
    came from. They are created as revoked ones. None: what they recorded is left out. `progress` hears of the number
    of operations that were looked at, after each batch.
    """
    report, authors = Report(), dict[str, Author]()
    for entries in _batches(outbox):
        for author_id, received in _by_author(entries).items():
            author = _author(authors, author_id, event_id)
            if author.device is None and create is not None:
                author.device, author.of_event = _created(author_id, event_id, create, now), True
                report.created.append(author_id)
            if author.device is None or not author.of_event:
                report.leave_out(author_id, len(received))
            else:
                _deliver(received, author.device, now, report)
        progress(outbox.count)
    report.operations, report.unreadable, report.missing = outbox.count, outbox.unreadable, outbox.missing
    report.unreadable_lines = list(map(asdict, outbox.told))
    return report


def _batches(outbox: Outbox) -> Iterator[Sequence[Entry]]:
    entries = outbox.operations()
    while batch := list(islice(entries, MAX_OPERATIONS)):
        yield batch


def _by_author(entries: Sequence[Entry]) -> dict[str, list[Received]]:
    groups: dict[str, list[Received]] = {}
    for entry in entries:
        groups.setdefault(entry.author, []).append(entry.received)
    return groups


def _author(authors: dict[str, Author], key: str, event_id: UUID) -> Author:
    if key not in authors:
        device = Device.objects.filter(id=key).first()
        authors[key] = Author(key, device, device is not None and device.event_id == event_id)
    return authors[key]


def _created(key: str, event_id: UUID, profile: str, now: datetime) -> Device:
    """A phone that this database never enrolled, nor heard: it may deliver, and comes back with a code made for it."""
    said = {"event_id": event_id, "profile": profile, "revoked_at": now}
    with transaction.atomic():
        device, _ = Device.objects.get_or_create(id=UUID(key), defaults=said)
        publish_profile(device)
    return device


def _deliver(received: Sequence[Received], author: Device, now: datetime, report: Report) -> None:
    arrival = Arrival(author, now, None, registry.describe(author.event_id))
    verdicts: Counter[str] = Counter()
    for result in deliver(received, arrival):
        verdicts["here" if result.replayed else result.verdict] += 1
    report.accepted += verdicts[Verdict.ACCEPTED]
    report.flagged += verdicts[Verdict.FLAGGED]
    report.refused += verdicts[Verdict.REFUSED]
    report.quarantined += verdicts[Verdict.QUARANTINED]
    report.already_here += verdicts["here"]

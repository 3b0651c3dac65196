"""The end of a simulated day: what the devices say they recorded, beside what the database holds."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast
from uuid import UUID

from checkin import audit, models, rules
from checkin.ledger import Counts, Key, credential_subject, person_subject
from checkin.references import Door, doors
from checkin.simulation.volunteer import Volunteer
from eventsync.schedule.models import Event
from eventsync.sync.models import Change, Device, Operation
from eventsync.sync.registry import registry
from eventsync.sync.rules import corrected_time
from eventsync.sync.wire import read_operation, read_time


@dataclass(frozen=True, slots=True)
class Reckoning:
    """Counts of one day. Good when what was recorded is stored, counted and read, and nothing else is."""

    recorded: int
    stored: int
    lost: int  # recorded, and not stored as it was recorded
    doubled: int  # stored and never recorded, or in the ledger beyond what was recorded
    unsettled: int  # still waiting on a device
    undelivered: int  # records that a device should hold and does not, or holds otherwise, summed over devices
    expected: int  # the headcount that follows from the devices' own logs, summed over checkpoints and windows
    got: int
    differences: tuple[str, ...]  # sentences: headcounts, presence and streams that are not as they must be

    @property
    def good(self) -> bool:
        spoiled = (self.lost, self.doubled, self.unsettled, self.undelivered)
        return self.recorded == self.stored and not any(spoiled) and not self.differences

    def __add__(self, other: "Reckoning") -> "Reckoning":
        return Reckoning(*(mine + theirs for mine, theirs in zip(_values(self), _values(other), strict=True)))


def _values(reckoning: Reckoning) -> tuple[Any, ...]:
    return tuple(getattr(reckoning, name) for name in Reckoning.__slots__)


NOTHING = Reckoning(0, 0, 0, 0, 0, 0, 0, 0, ())


class Stored(NamedTuple):
    """A stored operation: the hash of its body, and when it was received."""

    hash: str
    received_at: datetime


def reckon(event: Event, volunteers: Sequence[Volunteer]) -> Reckoning:
    """Compares; changes nothing. The event must have no attendance but what these volunteers recorded."""
    recorded = [operation for volunteer in volunteers for operation in volunteer.log]
    stored = _stored(event)
    hashes = {each["id"]: read_operation(json.dumps(each).encode()).hash for each in recorded}
    lost = [key for key, digest in hashes.items() if key not in stored or stored[key].hash != digest]
    ledger = models.AttendanceRecord.objects.filter(event=event)
    expected, got = _expected(event, recorded, stored), _headcounts(event)
    return Reckoning(
        recorded=len(recorded),
        stored=len(stored),
        lost=len(lost),
        doubled=len(stored.keys() - hashes.keys()) + max(0, ledger.count() - len(recorded)),
        unsettled=sum(volunteer.outbox.count_unsettled() for volunteer in volunteers),
        undelivered=sum(_undelivered(volunteer) for volunteer in volunteers),
        expected=_present(expected),
        got=_present(got),
        differences=(*_miscounted(expected, got), *audit.differences(event)),
    )


def _stored(event: Event) -> dict[str, Stored]:
    rows = Operation.objects.filter(event_id=event.id).values_list("id", "body_hash", "received_at")
    return {str(key): Stored(digest, received_at) for key, digest, received_at in rows}


def _undelivered(volunteer: Volunteer) -> int:
    """Records that differ between what the device holds and what the server has in the streams that it may read."""
    differing = 0
    device = Device.objects.get(id=volunteer.outbox.recall("device"))
    for stream in {*registry.readable(device), *volunteer.records.cursors()}:
        held = volunteer.records.live(stream)
        rows = Change.objects.filter(stream=stream, deleted=False).values_list("kind", "key", "seq", "body")
        there = {(kind, key): (seq, json.loads(body)) for kind, key, seq, body in rows}
        differing += sum(held.get(name) != there.get(name) for name in held.keys() | there.keys())
    return differing


Headcounts = dict[tuple[str, str], Counts]


def _expected(event: Event, recorded: Sequence[dict[str, Any]], stored: dict[str, Stored]) -> Headcounts:
    """Folds the devices' logs by the rules of the ledger. Only the time of receipt is the server's word."""
    places = doors({each["payload"]["checkpoint"] for each in recorded})
    owners = dict(models.Credential.objects.filter(event=event).values_list("digest", "person_id"))
    entries: dict[Key, list[rules.Entry]] = {}
    at_door: dict[str, str] = {}
    for each in recorded:
        verb = each["kind"].removeprefix("checkin.")
        if verb in {"arrive", "leave"} and each["id"] in stored:
            door = places[each["payload"]["checkpoint"]]
            entry = _entry(event, each, stored[each["id"]])
            window = rules.window_at(policy=door.policy, tz=door.tz, windows=door.windows, at=entry.at)
            entries.setdefault(Key(door.id, window, _subject(each["payload"], owners)), []).append(entry)
            at_door[each["id"]] = door.id
    voids = [each for each in recorded if each["kind"] == "checkin.void"]
    voided = {each["refers_to"] for each in voids if at_door.get(each["refers_to"]) == each["payload"]["checkpoint"]}
    return _counted(places, entries, voided)


def _entry(event: Event, operation: dict[str, Any], stored: Stored) -> rules.Entry:
    timing = corrected_time(
        occurred_at=read_time(operation["occurred_at"]),
        offset=timedelta(milliseconds=operation["offset_ms"]),  # whoever is enrolled has heard the server
        skew=None,
        received_at=stored.received_at,
        dates=event.dates,
    )
    verb = cast(rules.Verb, operation["kind"].removeprefix("checkin."))
    return rules.Entry(verb, timing.corrected, operation["seq"], operation["id"], "")


def _subject(payload: dict[str, Any], owners: dict[str, UUID]) -> str:
    if "person" in payload:
        return person_subject(payload["person"])
    digest = payload["credential"]
    return person_subject(owners[digest]) if digest in owners else credential_subject(digest)


def _counted(places: dict[str, Door], entries: dict[Key, list[rules.Entry]], voided: set[str]) -> Headcounts:
    counts: Headcounts = {}
    for key, passages in entries.items():
        count = counts.setdefault((key.checkpoint, key.window), Counts())
        presence = rules.fold(policy=places[key.checkpoint].policy, entries=passages, voided=voided)
        count.count(presence, identified=key.subject.startswith("p"), sign=1)
        count.voided += sum(each.verb == "arrive" and each.id in voided for each in passages)
    return counts


def _headcounts(event: Event) -> Headcounts:
    rows = models.Headcount.objects.filter(checkpoint__venue__event=event)
    columns = ("checkpoint_id", "window", "present", "unidentified", "voided")
    return {(str(key), window): Counts(*counts) for key, window, *counts in rows.values_list(*columns)}


def _present(counts: Headcounts) -> int:
    return sum(count.present + count.unidentified for count in counts.values())


def _miscounted(expected: Headcounts, got: Headcounts) -> Iterator[str]:
    for place in sorted(expected.keys() | got.keys(), key=str):
        if expected.get(place, Counts()) != got.get(place, Counts()):
            yield f"Headcount of {place}: {got.get(place)}, but the devices recorded {expected.get(place)}."

"""Release codes: with whom a person may leave. Made and withdrawn by organisers, tried by leads.

Tries are judged under the lock of `guardians:{event}`, so that no two processes overlook the third wrong one.
"""

import base64
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from checkin import models, roster
from checkin.identity import Identities
from checkin.payloads import Trying
from checkin.records import guardians_stream
from checkin.rules import (
    CODE_ALPHABET,
    RELEASE_ITERATIONS,
    RELEASE_LENGTH,
    Try,
    printed_release_code,
    release_hash,
    wrong_in_a_row,
)  # fmt: skip
from eventsync.jobs.alerts import alert
from eventsync.jobs.rules import Partition
from eventsync.rows import bulk
from eventsync.rows.lookup import Lookup
from eventsync.sync.registry import Incoming, Outcome, Quarantine, Recorded
from eventsync.sync.streams import Changes, roster_stream

ENOUGH = 3  # wrong ones, until somebody is alerted
_COLUMNS = (
    "operation_id", "event", "person_id", "checkpoint", "right", "at", "seq", "by", "device", "received_at",
)  # fmt: skip
_TRIES = Lookup(models.ReleaseTry, ("person_id", "right", "at", "seq", "operation_id"), by="person_id")
_PEOPLE = Lookup(models.Person, ("id", "event", "name"), by="id")
_PLACES = Lookup(models.Checkpoint, ("id", "venue__event", "venue", "name"), by="id")


def give_code(*, person: models.Person, now: datetime) -> str:
    """Makes a release code, in the place of any other; answers with it as it is printed. It is kept nowhere."""
    code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(RELEASE_LENGTH))
    salt = base64.urlsafe_b64encode(secrets.token_bytes(16)).rstrip(b"=").decode()
    kept = {"salt": salt, "iterations": RELEASE_ITERATIONS, "made_at": now}
    kept["hash"] = release_hash(code, salt=salt, iterations=RELEASE_ITERATIONS)
    with roster.changing(person.event_id) as change:
        models.Guardian.objects.update_or_create(person_id=person.pk, defaults=kept)
        change.guardians.add(person.pk)
    return printed_release_code(code)


def withdraw_code(*, person: models.Person) -> None:
    """The person leaves like anybody else from now on."""
    with roster.changing(person.event_id) as change:
        models.Guardian.objects.filter(person=person.pk).delete()
        change.guardians.add(person.pk)


class Tries:
    """Applies a batch of `checkin.release_try`: facts of a ledger of their own, which changes no presence."""

    def __init__(self, operations: Sequence[Incoming]) -> None:
        self._event = operations[0].author.event_id
        self._places = {key: rest for key, *rest in _PLACES.rows({each.payload.checkpoint for each in operations})}

    def streams(self) -> set[str]:
        return {guardians_stream(self._event), roster_stream(self._event)}

    def apply(self, fresh: Sequence[Incoming], changes: Changes) -> Sequence[Outcome]:
        self._people = {key: rest for key, *rest in _PEOPLE.rows({each.payload.person for each in fresh})}
        outcomes = [self._decide(each) for each in fresh]
        kept = [each for each, outcome in zip(fresh, outcomes, strict=True) if isinstance(outcome, Recorded)]
        bulk.insert(models.ReleaseTry, _COLUMNS, [self._row(each) for each in kept])
        self._raise_alerts(kept)
        return outcomes

    def _decide(self, operation: Incoming) -> Outcome:
        payload: Trying = operation.payload
        place, person = self._places.get(payload.checkpoint), self._people.get(payload.person)
        if place is None:
            return Quarantine("invalid_payload", "There is no such checkpoint.")
        if place[0] != str(self._event):
            return Quarantine("wrong_event", "The checkpoint belongs to another event.")
        if person and person[0] != str(self._event):
            return Quarantine("wrong_event", "The person belongs to another event.")
        unknown = () if person else ("unknown_person",)
        elsewhere = () if str(operation.author.venue_id or place[1]) == place[1] else ("wrong_scope",)
        flags = (*unknown, *elsewhere, *operation.flags)
        return Recorded(frozenset([guardians_stream(self._event)]), flags, UUID(place[1]))

    def _row(self, operation: Incoming) -> bulk.Row:
        payload, author = operation.payload, operation.author
        said = (payload.person, payload.checkpoint, payload.right, operation.corrected_at, operation.seq)
        return (operation.id, self._event, *said, _by(operation), author.id, operation.received_at)

    def _raise_alerts(self, kept: Sequence[Incoming]) -> None:
        """For each person of whom one of the batch is among three wrong ones or more, with no right one after them."""
        wrong = {each.id: each for each in kept if not each.payload.right}
        if not wrong:
            return
        identities = Identities(self._event)
        for whom, tries in _tries_of({each.payload.person for each in wrong.values()}, identities).items():
            last = wrong_in_a_row(tries)
            new = [wrong[each.id] for each in last if each.id in wrong]
            if len(last) >= ENOUGH and new:
                self._alert(whom, len(last), new[-1])

    def _alert(self, whom: str, count: int, last: Incoming) -> None:
        name = self._people.get(last.payload.person, (None, "somebody who is not on the list"))[1]
        _, venue, place = self._places[last.payload.checkpoint]
        message = (
            f"{count} wrong release codes in a row for {name}, at {place}, heard by {_by(last)}. Find out who wants to "
            "take this person away. The tries are listed under “Release tries”."
        )
        of = Partition(self._event, UUID(venue))
        alert(kind="release_code", subject=whom, message=message, now=last.received_at, of=of)


def _tries_of(people: Iterable[str], identities: Identities) -> dict[str, list[Try]]:
    """All tries of these people in whatever row, by who they are."""
    found: dict[str, list[Try]] = {}
    for person, *said in _TRIES.rows({key for each in people for key in identities.group(each)}):
        found.setdefault(identities.of(person), []).append(Try(bool(said[0]), *said[1:]))
    return found


def _by(operation: Incoming) -> str:
    return operation.actor or str(operation.author)

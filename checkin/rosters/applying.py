"""Carries a plan out: all of it in one short transaction, or nothing."""

import logging
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from checkin import models, roster, rules
from checkin.events import RosterImported
from checkin.models import CredentialState
from checkin.rosters.planning import Entry, Plan, plan_listing
from checkin.rosters.table import RosterError
from eventsync.jobs.publishing import publish
from eventsync.rows import bulk
from eventsync.schedule.models import Event
from eventsync.sync.models import Change
from eventsync.tables import Progress, silent

log = logging.getLogger(__name__)

_CHUNK = 500
MAX_NOTES = 200


@dataclass(frozen=True, slots=True)
class Report:
    """What an import did: the plan as it was carried out."""

    plan: Plan

    @property
    def counts(self) -> dict[str, int]:
        """rows, new, changed, unchanged, missing, skipped; and replaced, the codes that a new one took the place of."""
        return {**self.plan.counts, "replaced": sum(len(entry.replaced) for entry in self.plan.changed)}

    def as_json(self) -> dict[str, Any]:
        """For RosterImport.report: the counts in full, and the first 200 notes of each kind."""
        notes = {"warnings": self.plan.warnings, "skips": self.plan.skipped}
        first = {name: [note._asdict() for note in found[:MAX_NOTES]] for name, found in notes.items()}
        return {"format": self.plan.format, **self.counts, **first, "remarks": self.plan.remarks}


def apply_import(event: Event, plan: Plan, progress: Progress = silent) -> Report:
    """Writes what the file lists. The plan is made again under the lock: the roster may have moved on since.

    RosterError: the plan has problems, or has them by now; nothing was written.
    """
    if plan.problems:
        raise RosterError(refusal(plan))
    progress("writing", 0, plan.rows)
    with roster.changing(event.id) as change:
        now = plan_listing(event, plan.listing)
        if now.problems:
            raise RosterError(f"The roster has changed since the file was checked. {refusal(now)}")
        _write(event, now, change)
        if now.new or now.changed:
            publish(RosterImported(event=event.id, new=len(now.new), changed=len(now.changed)))
    transaction.on_commit(_analyze)
    return Report(now)


def refusal(plan: Plan) -> str:
    """One sentence that says why nothing was imported."""
    row, column, message = plan.problems[0]
    rows = len({problem.row for problem in plan.problems})
    where = f"row {row}, {column}" if column else f"row {row}"
    if rows == 1:
        return f"Nothing was imported, because of {where}: {message}"
    return f"Nothing was imported, because {rows:,} rows have errors; the first is {where}: {message}"


def _write(event: Event, plan: Plan, change: roster.RosterChange) -> None:
    new = {entry.id or uuid.uuid4(): entry for entry in plan.new}
    changed = {entry.id: entry for entry in plan.changed if entry.id}
    columns = ("id", "event", "external_id", "name", "search", "delegation", "role", "family", "given", "standing")
    bulk.insert(models.Person, columns, [_person_row(event, person, entry) for person, entry in new.items()])
    renewed = [_person_row(event, key, entry) for key, entry in changed.items() if entry.columns.keys() - {"codes"}]
    bulk.upsert(models.Person, columns, renewed, key=("id",))
    _replace([held.id for entry in changed.values() for held in entry.replaced])
    codes = [(person, code) for person, entry in new.items() for code in entry.codes or _own_code(entry)]
    codes += [(person, code) for person, entry in changed.items() for code in entry.codes]
    change.digests.update(_give_codes(event, codes))
    change.people.update(new, changed)


def _person_row(event: Event, person: uuid.UUID, entry: Entry) -> bulk.Row:
    search = roster.search_of(entry.name)
    return (
        person, event.id, entry.number, entry.name, search, entry.delegation, entry.role, entry.family,
        entry.given, entry.standing,
    )  # fmt: skip


def _own_code(entry: Entry) -> tuple[str, ...]:
    """Whoever comes by a code of the family needs no other."""
    return () if entry.shares else (models.new_code(),)


def _replace(credentials: Sequence[int]) -> None:
    for start in range(0, len(credentials), _CHUNK):
        part = models.Credential.objects.filter(id__in=credentials[start : start + _CHUNK])
        part.update(state=CredentialState.REPLACED)


def _give_codes(event: Event, codes: Sequence[tuple[uuid.UUID, str]]) -> Iterator[str]:
    """Writes new credentials and answers with their digests."""
    at = timezone.now()
    columns = ("event", "person", "code", "digest", "state", "created_at")
    rows = [
        (event.id, person, code, rules.credential_digest(str(event.id), code), CredentialState.ACTIVE.value, at)
        for person, code in codes
    ]
    bulk.insert(models.Credential, columns, rows)
    return (row[3] for row in rows)


def _analyze() -> None:
    """Lets the database look at what has grown: until then SQLite scans a whole roster for a few ids."""
    tables = [connection.ops.quote_name(each._meta.db_table) for each in (models.Person, models.Credential, Change)]
    try:
        with connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f"ANALYZE {table}")
    except DatabaseError:
        log.warning("The roster is imported, but ANALYZE failed; the next import does it again", exc_info=True)

"""What could not be applied, as dead letters: each record that phones sent and that is kept aside."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from django.db.models import Q, QuerySet
from django.urls import reverse

from eventsync.jobs.approvals.deciding import Answer
from eventsync.jobs.seeing.letters import Contents, Fate, Help, Letter, Source, Try, first_line, register, too_late
from eventsync.sync import quarantine
from eventsync.sync.models import Quarantined, Resolution
from eventsync.sync.registry import Seal, registry
from eventsync.sync.rights import OF_QUARANTINED
from eventsync.sync.showing import exact, members_of

_RERUN = "Replay it once that is done."
_ORGANISERS, _US = "The organisers", "Whoever runs the server"
HELPS = {
    "unknown_kind": Help(
        what="A phone sent a kind of record that this server does not know.",
        owner=_US,
        step=f"A newer server may know it. {_RERUN}",
    ),
    "invalid_payload": Help(
        what="A record is not shaped as it must be, or names a checkpoint that does not exist (yet).",
        owner=_ORGANISERS,
        step=f"Make the checkpoint if it is missing. {_RERUN}",
    ),
    "not_permitted": Help(
        what="A phone recorded what its profile may not.",
        owner=_ORGANISERS,
        step=f"Give the phone another profile. {_RERUN}",
    ),
    "unstorable": Help(
        what="A record has a character or a number that no database can keep.",
        owner=_ORGANISERS,
        step="Read it here, record it by hand, then discard it.",
    ),
    "id_reused": Help(
        what="Two different records carry the same id; the first one counts. A cloned phone does this.",
        owner=_ORGANISERS,
        step="Read it here. If it counts too, record it by hand, then discard it.",
    ),
    "wrong_event": Help(
        what="A record belongs to another event than the phone that brought it.",
        owner=_ORGANISERS,
        step="Enrol the phone for its event; its own record arrives from there. Then discard this one.",
    ),
    "handler_error": Help(
        what="The server failed on a record: a fault of ours.",
        owner=_US,
        step=f"Report it, and mend the fault. {_RERUN}",
    ),
}
EMPTY = "Only its hash is kept."
_OTHER = Help(what="A record could not be applied.", owner=_US, step=f"Read why. {_RERUN}")


def help_of(code: str) -> Help:
    return HELPS.get(code, _OTHER)


def _rows() -> QuerySet[Quarantined]:
    return Quarantined.objects.select_related("device", "carrier").defer("body")


def _tell(row: Quarantined) -> Letter:
    told = help_of(row.code)
    return Letter(
        key=str(row.pk),
        at=row.received_at,
        what=told.what,
        why=first_line(row.message),
        owner=told.owner,
        step=told.step,
        state=Resolution(row.resolution).label,
        place=str(row.device.venue_id or row.device.event_id),
        correlation=row.operation_id,
    )


def _unfold(row: Quarantined) -> Contents:
    body = bytes(row.body)
    members = members_of(body)
    seal = registry.seal_of(body, members)
    page, read, download = (
        reverse(f"admin:sync_quarantined_{name}", args=[row.pk]) for name in ("change", "read", "bytes")
    )
    return Contents(
        payload=sealed_words(seal) if seal else exact(body) or EMPTY,
        facts=list(_facts(row)),
        tries=[Try(row.received_at, f"It came from {row.device}: {row.message} ({row.code})")],
        whom=registry.affected(row.device.event_id, members),
        links=[
            ("This record in quarantine", page),
            *([("Read what it says: that is noted", read)] if seal else []),
            (f"Download its {len(body)} bytes", download),
        ],
    )


def sealed_words(seal: Seal) -> str:
    return f"It tells of {seal.what}. Only who may read that may read it, and each reading is noted."


def _facts(row: Quarantined) -> Iterator[tuple[str, str]]:
    yield "Id", str(row.operation_id)
    yield "Recorded by", str(row.device)
    if row.carrier:
        yield "Brought by", str(row.carrier)
    yield "SHA-256", row.body_hash
    if row.resolved_by:
        yield "Decided by", f"{row.resolved_by} {row.reason}".strip()


def _replay(row: Quarantined, by: str, now: datetime) -> Answer:
    attempt = quarantine.rerun(row, by=by, now=now)
    return Answer(done=attempt.applied, told=attempt.told)


def _discard(row: Quarantined, by: str, reason: str, now: datetime) -> Answer:
    if quarantine.discard(row, by=by, reason=reason, now=now):
        return Answer(done=True, told="Discarded. It is kept, with your reason, and can be opened again.")
    row.refresh_from_db()
    return too_late(row.resolution)


def _fates(keys: Sequence[str]) -> Mapping[str, Fate]:
    found = Quarantined.objects.filter(pk__in=keys).values_list("pk", "resolution")
    return {str(key): Fate.FAILED if state == Resolution.OPEN else Fate.WELL for key, state in found}


register(
    Source(
        kind="record",
        one="record of a phone",
        many="records of phones",
        sees="sync.view_quarantined",
        acts="sync.change_quarantined",
        belongs=OF_QUARANTINED,
        rows=_rows,
        waits=Q(resolution=Resolution.OPEN),
        at="received_at",
        words=("code", "message", "device__name", "device__holder"),
        ids=("operation_id", "device_id"),
        tell=_tell,
        unfold=_unfold,
        replay=_replay,
        discard=_discard,
        fates=_fates,
    )
)

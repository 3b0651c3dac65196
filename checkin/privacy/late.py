"""What phones send of somebody after they were erased: it counts for the bare id, and brings nothing back."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from checkin.models import AttendanceRecord, Conflict, Person
from checkin.privacy import codes
from eventsync.rows.lookup import Lookup
from eventsync.sync.registry import Members, registry
from eventsync.sync.wire import is_id

_CODE_LENGTH = 22
_ERASED = Lookup(Person, ("id",), by="event", filled=("erased_at",))


@registry.erases
def erased_among(event_id: UUID, members: Members) -> Mapping[str, str]:
    """One short question for a batch, as long as nobody was erased."""
    if not _ERASED.any(event_id):
        return {}
    gone = Person.objects.filter(event=event_id, erased_at__isnull=False).order_by()
    payloads = {key: said for key, each in members.items() if isinstance(said := each.get("payload"), dict)}
    named = {key: _named(said) for key, said in payloads.items()}
    people = gone.filter(pk__in={each for ids in named.values() for each in ids})
    ids = set(map(str, people.values_list("pk", flat=True)))
    found = {key: person for key, said in named.items() for person in said if person in ids}
    others = {key: said for key, said in payloads.items() if key not in found}
    return _by_code(event_id, others) | _by_reference(event_id, members, payloads) | found


def _named(payload: Mapping[str, Any]) -> list[str]:
    return [said for name in ("into", "person") if (said := _id(payload.get(name)))]


def _id(said: object) -> str:
    return said if isinstance(said, str) and is_id(said) else ""


def _by_code(event_id: UUID, payloads: Members) -> dict[str, str]:
    """A registration's code says nothing of who it is about: it is that person's from then on."""
    coded = {
        key: code
        for key, each in payloads.items()
        if isinstance(code := each.get("credential"), str) and len(code) == _CODE_LENGTH
    }
    said = {key: code for key, code in coded.items() if payloads[key].get("person") is None}
    registered = {code for key, code in coded.items() if key not in said}
    owners = codes.owners_of(event_id, set(said.values()) - registered)
    return {key: owners[code] for key, code in said.items() if code in owners}


def _by_reference(event_id: UUID, members: Members, payloads: Members) -> dict[str, str]:
    """What takes back a record of theirs, and what is said of a contradiction among such records."""
    about = {key: said for key, each in members.items() if (said := _id(each.get("refers_to")))}
    about |= {key: said for key, each in payloads.items() if (said := _id(each.get("conflict")))}
    records = AttendanceRecord.objects.filter(event=event_id, pk__in=set(about.values()), subject__startswith="p")
    conflicts = Conflict.objects.filter(event=event_id, pk__in=set(about.values()), subject__startswith="p")
    found = [pair for rows in (records, conflicts) for pair in rows.values_list("pk", "subject")]
    people = {str(key): str(UUID(subject[1:])) for key, subject in found}
    gone = Person.objects.filter(pk__in=set(people.values()), erased_at__isnull=False)
    erased = set(map(str, gone.values_list("pk", flat=True)))
    return {key: people[said] for key, said in about.items() if people.get(said, "") in erased}

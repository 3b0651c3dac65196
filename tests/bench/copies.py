"""Makes a ledger long: the database copies what a thousand pushed arrivals wrote, in all tables.

First come the people of a large event, copies of those thousand. Then each copy of the arrivals is of another thousand
of these, and at another door when all of them have been at one. A copy differs in the last eight characters of ids,
codes and keys. Heads and headcounts follow, so that `audit` finds nothing to say about the result.
"""

from typing import Literal

from django.db import connection, models, transaction

from checkin.ledger import Counts, put_headcount
from checkin.models import AttendanceRecord, Checkpoint, Credential, Headcount, Person, Presence
from checkin.records import attendance_stream
from checkin.roster import publish_checkpoints
from eventsync.sync.client.messages import CHECKSUM_MODULUS, record_checksum
from eventsync.sync.models import Change, Operation, StreamHead
from eventsync.sync.streams import lock

CROWDS = 10  # copies of the thousand people: those of a large event

Model = type[models.Model]
Part = Literal["copy", "crowd", "door"]  # whose number the end of a column, or of what a body names, is in a copy

_PEOPLE: dict[Model, dict[str, Part]] = {
    Person: {"id": "crowd"},
    Credential: {"person_id": "crowd", "digest": "crowd"},
    Change: {"key": "crowd", "first_end": "crowd", "second_end": "crowd"},
}
_ARRIVALS: dict[Model, dict[str, Part]] = {
    Operation: {"id": "copy", "first_end": "copy", "second_end": "crowd"},
    AttendanceRecord: {"operation_id": "copy", "credential": "crowd", "subject": "crowd", "checkpoint_id": "door"},
    Presence: {"subject": "crowd", "operation_id": "copy", "checkpoint_id": "door"},
    Change: {"key": "crowd", "first_end": "crowd", "second_end": "copy"},
}


class Copies:
    """Of everything that is in the ledger when it is made."""

    def __init__(self) -> None:
        self._postgres = connection.vendor != "sqlite"
        self._seeds = AttendanceRecord.objects.count()
        self._door = Checkpoint.objects.get(id__in=AttendanceRecord.objects.values("checkpoint"))
        self._doors: list[Checkpoint] = []
        with connection.cursor() as cursor:
            for name, source in self._sources().items():
                cursor.execute(f"CREATE TEMPORARY TABLE {name} AS {source}")
        self._insert(_PEOPLE, "people", first=0, last=CROWDS - 1)
        settle()

    def fill(self, *, first: int, last: int) -> None:
        """Adds the copies with these numbers."""
        while len(self._doors) <= last // CROWDS:
            self._open_door(len(self._doors))
        self._insert(_ARRIVALS, "arrivals", first=first, last=last)
        self._count(copies=last + 1)
        settle()

    def _open_door(self, number: int) -> None:
        key = f"{str(self._door.id)[:-8]}{number:08x}"
        door = Checkpoint(id=key, venue=self._door.venue, name=f"Copy {number}", policy=self._door.policy)
        door.save(force_insert=True)
        publish_checkpoints([door])
        self._doors.append(door)

    def _insert(self, models: dict[Model, dict[str, Part]], what: str, *, first: int, last: int) -> None:
        head = max(StreamHead.objects.values_list("head", flat=True))
        with connection.cursor() as cursor:
            for model, ends in models.items():
                cursor.execute(self._copying(model, ends, f"seed_{what}_{model._meta.model_name}", head), [first, last])
        _recount()

    def _count(self, *, copies: int) -> None:
        """The headcounts of the doors after so many copies."""
        stream = attendance_stream(self._door.venue_id)
        with transaction.atomic():
            changes = lock([stream])
            for number, door in enumerate(self._doors):
                counts = Counts(present=self._seeds * min(CROWDS, copies - number * CROWDS))
                Headcount.objects.update_or_create({"present": counts.present}, checkpoint=door, window="")
                put_headcount(changes, stream, str(door.id), "", counts)
            changes.write()

    def _sources(self) -> dict[str, str]:
        """The rows to copy. `first_end` and `second_end` are what their bodies have to lose."""
        end, record = self._end, "JOIN checkin_attendancerecord r"
        of_person = f"{end('k.person_id')} = {end('c.key')}"
        return {
            "seed_people_credential": f"SELECT c.* FROM checkin_credential c {record} ON r.credential = c.digest",
            "seed_people_person": """SELECT p.* FROM checkin_person p
                JOIN seed_people_credential k ON k.person_id = p.id""",
            "seed_people_change": f"""SELECT c.*, {end("c.key")} AS first_end, {end("k.digest")} AS second_end
                FROM sync_change c JOIN seed_people_credential k ON c.kind = 'person' AND {of_person}""",
            "seed_arrivals_attendancerecord": "SELECT * FROM checkin_attendancerecord",
            "seed_arrivals_presence": "SELECT * FROM checkin_presence",
            "seed_arrivals_operation": f"""SELECT o.*, {end("o.id")} AS first_end, {end("r.credential")} AS second_end
                FROM sync_operation o {record} ON r.operation_id = o.id""",
            "seed_arrivals_change": f"""SELECT c.*, {end("c.key")} AS first_end, {end("p.operation_id")} AS second_end
                FROM sync_change c
                JOIN checkin_presence p ON c.kind = 'presence' AND {end("c.key")} = {end("p.subject")}""",
        }

    def _copying(self, model: Model, ends: dict[str, Part], seed: str, head: int) -> str:
        columns = [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
        values = ", ".join(self._value(model, field, ends, head) for field in columns)
        names = ", ".join(f'"{field.column}"' for field in columns)
        copy, crowd, door = (
            f"lpad(to_hex({n}), 8, '0')" if self._postgres else f"printf('%%08x', {n})"
            for n in ("n", f"n %% {CROWDS}", f"n / {CROWDS}")
        )
        return f"""INSERT INTO {model._meta.db_table} ({names}) SELECT {values} FROM {seed} AS seed CROSS JOIN (
            WITH RECURSIVE counted(n) AS (SELECT %s UNION ALL SELECT n + 1 FROM counted WHERE n < %s)
            SELECT n, {copy} AS copy, {crowd} AS crowd, {door} AS door FROM counted) AS copy"""

    def _value(self, model: Model, field: "models.Field[object, object]", ends: dict[str, Part], head: int) -> str:
        value = f'seed."{field.column}"'
        if field.column == "body":
            for end in ("first_end", "second_end"):
                value = f"replace({value}, {end} || '\"', {ends[end]} || '\"')"
        if "door" in ends.values() or "second_end" in ends:
            value = self._at_door(value) if field.column in {"body", "key"} else value
        if field.column in ends:
            kept = f"left({value}::text, -8)" if self._postgres else f"substr({value}, 1, length({value}) - 8)"
            return f"CAST({kept} || {ends[field.column]} AS {field.rel_db_type(connection)})"
        if field.column == "external_id":
            return f"{value} || '-' || crowd"
        return f"{head} + 1 + n" if (model, field.column) == (Change, "seq") else value

    def _at_door(self, value: str) -> str:
        door = str(self._door.id)
        return f"replace({value}, '{door}', '{door[:-8]}' || door)"

    def _end(self, value: str) -> str:
        return f"right({value}::text, 8)" if self._postgres else f"substr({value}, -8)"


def settle() -> None:
    """As the database does by itself, after a while; at once, after a million rows in one statement."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _recount() -> None:
    """Heads as they follow from the records."""
    found: dict[str, tuple[int, int, int]] = {}
    rows = Change.objects.filter(deleted=False).values_list("stream", "kind", "key", "seq")
    for stream, kind, key, seq in rows.iterator():
        head, count, checksum = found.get(stream, (0, 0, 0))
        checksum = (checksum + record_checksum(kind, key, seq)) % CHECKSUM_MODULUS
        found[stream] = (max(head, seq), count + 1, checksum)
    for stream, (head, count, checksum) in found.items():
        StreamHead.objects.filter(stream=stream).update(head=head, count=count, checksum=checksum)

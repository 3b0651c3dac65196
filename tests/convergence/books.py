"""What must be true after every step, and at the end. It looks at both sides at once, as nobody in the field can."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from checkin import audit
from checkin.models import AttendanceRecord, ListRecord
from eventsync.schedule.records import schedule_stream
from eventsync.sync import audit as streams
from eventsync.sync import epoch
from eventsync.sync.client.messages import read_time
from eventsync.sync.client.outbox import Operation
from eventsync.sync.client.server import Response
from eventsync.sync.models import Change, StreamHead
from eventsync.sync.models import Operation as Stored
from tests.cast import Games, Phone
from tests.convergence.handsets import Handset
from tests.convergence.stories import expected, in_words, seen
from tests.network import Call

Live = dict[tuple[str, str], tuple[int, Any]]
Head = tuple[int, int, int]  # head, count, checksum


@dataclass
class Life:
    """What one history of the database has given out: it is put back with the database."""

    verdicts: dict[str, tuple[str, list[str], dict[str, int]]] = field(default_factory=dict)  # with flags and positions
    backed_up: frozenset[str] = frozenset()  # operations in the newest verified backup

    def copy(self) -> "Life":
        return Life(dict(self.verdicts), self.backed_up)


@dataclass
class Books:
    """`unannounced`: the database was restored, and the epoch is the old one still: what devices hold is in doubt."""

    games: Games
    onlooker: Phone
    recorded: dict[str, tuple[Operation, str]] = field(default_factory=dict)  # and its author
    life: Life = field(default_factory=Life)
    unannounced: bool = False
    _heads: dict[str, Head] = field(default_factory=dict)
    _live: dict[str, Live] = field(default_factory=dict)
    _followed: dict[str, tuple[int, Live]] = field(default_factory=dict)  # by the onlooker: cursor, records
    _read: dict[tuple[str, str, str], int] = field(default_factory=dict)  # device, stream, epoch: how far it had read

    def hear(self, call: Call, answer: Response) -> None:
        """Each answer to a push. One operation is applied once; what was said of it once holds."""
        if call.verb != "push" or answer.status != 200:
            return
        heads = dict(StreamHead.objects.values_list("stream", "head"))
        for result in json.loads(answer.body)["results"]:
            if result.get("code") == "id_reused":
                continue
            for stream, seq in result["at"].items():
                assert result["replayed"] or seq == heads[stream], "its effect is not where it is said to be"
            told = (result["verdict"], result["flags"], result["at"])
            assert self.life.verdicts.get(result["id"], told) == told, "a verdict was revised"
            assert result["replayed"] == (result["id"] in self.life.verdicts), "applied twice, or never"
            self.life.verdicts[result["id"]] = told

    def stored(self) -> frozenset[str]:
        return frozenset(str(key) for key in Stored.objects.values_list("id", flat=True))

    def check(self, handsets: Iterable[Handset]) -> None:
        """After every step."""
        stored, now = self.stored(), str(epoch.current())
        moved = self._read_streams()
        for handset in handsets:
            self.check_outbox(handset)
            if not self.unannounced and handset.outbox.era().epoch == now:
                settled = {key for key, verdict in handset.known.items() if verdict is not None}
                assert settled <= stored, "taken for settled, and not stored"
                self.check_positions(handset)
                self.check_records(handset, now)
        if moved:
            self.follow()
            self.check_voids()

    def check_outbox(self, handset: Handset) -> None:
        """Nothing leaves it but what is settled, and in a backup."""
        held = handset.held()
        for key, verdict in handset.known.items():
            if key not in held:
                assert verdict is not None, "let go without a verdict"
                assert key in self.life.backed_up, "let go before it was backed up"
        handset.known = held

    def check_positions(self, handset: Handset) -> None:
        """It looks for what it recorded where the server first said that it is."""
        for key, verdict in handset.known.items():
            if verdict is not None:
                assert verdict["at"] == self.life.verdicts[key][2], "the position of an effect has moved"

    def check_records(self, handset: Handset, now: str) -> None:
        """Who stands at the head has what the server has. No checksum is wrong without a reason."""
        doubts = handset.doubts()
        if handset.doubtful:
            handset.excused |= doubts
        assert doubts <= handset.excused, "a checksum was wrong"
        whole = True
        for stream, cursor in handset.records.cursors().items():
            before = self._read.get((handset.id, stream, cursor.epoch), 0)
            assert cursor.epoch != now or cursor.seq >= before, "what it had seen was taken back"
            self._read[handset.id, stream, cursor.epoch] = cursor.seq
            head, *sums = self._heads[stream]
            if (cursor.epoch, cursor.seq) != (now, head) or (
                handset.doubtful and [cursor.count, cursor.checksum] != sums
            ):
                whole = False
                continue
            assert [cursor.count, cursor.checksum] == sums
            assert handset.records.live(stream) == self._live[stream], "what it holds is not what the server has"
        handset.doubtful &= not whole

    def check_up_to_date(self, handset: Handset) -> None:
        """It reads all that it may, and holds it, record by record."""
        cursors = handset.records.cursors()
        assert len(cursors) == 5, "the roster, two venues, the plan and its own"
        for stream, cursor in cursors.items():
            assert (cursor.seq, cursor.count, cursor.checksum) == self._heads[stream]
            assert handset.records.live(stream) == self._live[stream]

    def _read_streams(self) -> bool:
        """Whether anything moved since they were read."""
        stored = StreamHead.objects.values_list("stream", "head", "count", "checksum")
        heads = {schedule_stream(self.games.event.id): (0, 0, 0)}
        heads |= {each[0]: each[1:] for each in stored}
        if heads == self._heads:
            return False
        self._heads, self._live = heads, {stream: {} for stream in heads}
        rows = Change.objects.filter(deleted=False).values_list("stream", "kind", "key", "seq", "body")
        for stream, kind, key, seq, body in rows:
            self._live[stream][kind, key] = (seq, json.loads(body))
        return True

    def follow(self) -> None:
        """A reader that only ever asks for what is new holds what a newcomer would get."""
        for stream in (f"attendance:{self.games.hall.id}", f"roster:{self.games.event.id}"):
            cursor, records = self._followed.get(stream, (0, {}))
            for header, changes in self._pages(stream, cursor):
                cursor = header["head"] if header["complete"] else changes[-1]["seq"]
                for change in changes:
                    if change["deleted"]:
                        records.pop((change["kind"], change["key"]), None)
                    else:
                        records[change["kind"], change["key"]] = (change["seq"], change["body"])
            assert records == self._live[stream], "snapshot and feed are not the snapshot"
            self._followed[stream] = (cursor, records)

    def _pages(self, stream: str, after: int) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
        query = {"after": after, "limit": 5}
        while True:
            answer = self.onlooker.page(stream, **query)
            assert answer.status_code == 200, answer.content
            header, *changes = map(json.loads, answer.content.splitlines())
            yield header, changes
            if header["complete"]:
                return
            query["after"] = changes[-1]["seq"]
            if after == 0:
                query["base"] = header["base"]

    def begin_anew(self, life: Life) -> None:
        """The database is another, even where its heads are the same: the onlooker drops its cursors."""
        self.life = life
        self._heads = {}
        self._followed.clear()

    def check_voids(self) -> None:
        """What was undone admits nobody."""
        undone = set(AttendanceRecord.objects.filter(verb="void").values_list("refers_to", "checkpoint_id"))
        voided = {(str(target), str(checkpoint)) for target, checkpoint in undone}
        for records in self._live.values():
            for (kind, _), (_, body) in records.items():
                assert kind != "presence" or (body["operation"], body["checkpoint"]) not in voided, "a void was undone"

    def check_all(self) -> None:
        """At the end: everything that anybody recorded is stored once, as it was, and is what the streams show."""
        rows = {str(row.id): row for row in Stored.objects.all()}
        assert rows.keys() == self.recorded.keys()
        for key, (operation, author) in self.recorded.items():
            said = {name: value for name, value in operation.items() if value is not None}
            assert (json.loads(rows[key].body), str(rows[key].device_id)) == (said, author)
            assert rows[key].verdict in {"accepted", "flagged"}
        assert AttendanceRecord.objects.count() + ListRecord.objects.count() == len(rows)
        assert in_words(seen(self.onlooker, self.games)) == expected(self.games, self._corrected(rows))
        assert list(audit.differences(self.games.event)) == []
        assert list(streams.differences()) == []

    def _corrected(self, rows: dict[str, Stored]) -> list[Operation]:
        """The operations at the moments that the protocol gives them (3.7), with their authors."""
        corrected = []
        for key, (operation, author) in self.recorded.items():
            claimed = read_time(operation["occurred_at"]) + timedelta(milliseconds=operation["offset_ms"])
            at = min(claimed, rows[key].received_at)
            corrected.append(operation | {"occurred_at": at.isoformat(), "device": author})
        return corrected

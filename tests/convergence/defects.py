"""Defects to be put into the server or the device: each is one that a careful engineer has made before."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Any

import msgspec
import pytest
from django.db import transaction
from django.utils import timezone

from checkin import batch_page, identity, references, roster, rules
from eventsync.sync import batch, streams
from eventsync.sync import pull as pages
from eventsync.sync.client import outbox, pull, push, records, server
from eventsync.sync.client.server import Answer, Offline, Reply, Response
from eventsync.sync.models import StreamHead
from eventsync.sync.rules import EARLIEST

Defect = Callable[[pytest.MonkeyPatch], None]


def no_deduplication(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(batch, "_known", lambda ids: {})


def acknowledged_before_commit(patch: pytest.MonkeyPatch) -> None:
    """Each third batch is answered and then rolled back."""
    sound, calls = batch.apply_batch, count(1)

    def hasty(*arguments: Any, **named: Any) -> Any:
        with transaction.atomic():
            answers = sound(*arguments, **named)
            transaction.set_rollback(next(calls) % 3 == 0)
        return answers

    patch.setattr("eventsync.sync.push.apply_batch", hasty)


def position_that_was_given_before(patch: pytest.MonkeyPatch) -> None:
    """What a number taken outside the lock comes to: a change below a cursor that was already given out."""
    sound = streams.Changes._write_stream

    def late(self: Any, head: Any, records: Any) -> None:
        head.head -= head.head > 1
        sound(self, head, records)

    patch.setattr(streams.Changes, "_write_stream", late)


def tombstones_unsent(patch: pytest.MonkeyPatch) -> None:
    sound = pages.read_page

    def forgetful(**named: Any) -> pages.Page:
        page = sound(**named)
        return replace(page, rows=[row for row in page.rows if not row[3]])

    patch.setattr(pages, "read_page", forgetful)


def checksum_not_kept_up(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(streams, "record_checksum", lambda kind, key, seq: 1)


def void_forgotten_when_it_comes_first(patch: pytest.MonkeyPatch) -> None:
    sound = references.voids_around

    def forgetful(operations: Any) -> Any:
        found = sound(operations)
        found.waiting.clear()
        return found

    patch.setattr("checkin.batch_page.voids_around", forgetful)


def slot_of_the_latest_arrival(patch: pytest.MonkeyPatch) -> None:
    """Whoever wrote last has the last word, whatever admits."""
    sound = batch_page.Page._record

    def hasty(self: Any, operation: Any, door: Any, **named: Any) -> None:
        said = getattr(operation.payload, "slot", None)
        for key, entries in self._book.entries.items():
            if said and operation.id in entries:
                self._book.entries[key] = {id: entry._replace(slot=said) for id, entry in entries.items()}
        sound(self, operation, door, **named)

    patch.setattr(batch_page.Page, "_record", hasty)


def merge_that_came_last_counts(patch: pytest.MonkeyPatch) -> None:
    sound = rules.identities

    def hasty(merges: Any, known: Any) -> dict[str, str]:
        return sound([merge._replace(at=EARLIEST, seq=number) for number, merge in enumerate(merges)], known)

    patch.setattr(identity, "identities", hasty)


def earlier_arrivals_not_taken_over(patch: pytest.MonkeyPatch) -> None:
    """A registration changes the list and leaves the ledger as it is."""
    patch.setattr(roster, "_moves", lambda *_: ({}, set()))


def cursor_by_timestamp(patch: pytest.MonkeyPatch) -> None:
    """`updated_at`, to the minute: who has asked in between does not get what else that minute brought."""
    sound = streams.Changes._write_stream

    def stamped(self: Any, head: Any, records: Any) -> None:
        head.head = max(head.head - 1, int(timezone.now().timestamp()) // 60 - 1)
        sound(self, head, records)

    patch.setattr(streams.Changes, "_write_stream", stamped)


def id_reused_with_another_body_accepted(patch: pytest.MonkeyPatch) -> None:
    sound = batch._why_aside
    patch.setattr(
        batch, "_why_aside", lambda item, in_force: None if item.received.id in in_force else sound(item, in_force)
    )


def dropped_on_any_200(patch: pytest.MonkeyPatch) -> None:
    """As Workbox does: whatever answers 200, a captive portal too, has taken the batch."""
    sound, epochs = server.classified, [""]

    def trusting(response: Response, *, sent_at: datetime, heard_at: datetime) -> Reply:
        reply = sound(response, sent_at=sent_at, heard_at=heard_at)
        if isinstance(reply, Offline) and response.status == 200:
            return Answer(b"", epochs[-1], sent_at, heard_at)
        if not isinstance(reply, Offline):
            epochs.append(reply.epoch)
        return reply

    def taken(body: Any, ids: Any) -> Any:
        verdict = {"verdict": "accepted", "flags": [], "at": {}, "server_time": "2026-07-04T12:00:00.000Z"}
        return dict.fromkeys(ids, verdict)

    patch.setattr(server, "classified", trusting)
    patch.setattr(push, "read_verdicts", taken)


def page_applied_wherever_the_cursor_is(patch: pytest.MonkeyPatch) -> None:
    def careless(self: Any, stream: str, *, after: int, seq: int, epoch: str, changes: Any) -> Any:
        with outbox.writing(self._database):
            standing = self.cursors()[stream]
            return self._take(replace(standing, seq=seq, epoch=epoch), changes)

    patch.setattr(records.Records, "apply", careless)


def cursor_moved_before_the_rows(patch: pytest.MonkeyPatch) -> None:
    """The head of the first page is taken for how far everything was read."""
    patch.setattr(pull.Page, "cursor", property(lambda self: self.head))


def epoch_ignored(patch: pytest.MonkeyPatch) -> None:
    """The device takes note of the new epoch, and believes its verdicts still."""
    patch.setattr(outbox.Outbox, "_send_all_again", lambda self: None)


def pruned_before_durable(patch: pytest.MonkeyPatch) -> None:
    sound = pull.Pull._prune
    patch.setattr(pull.Pull, "_prune", lambda self, durable, server_time: sound(self, server_time, server_time))


def dropped_on_its_verdict(patch: pytest.MonkeyPatch) -> None:
    """What is acknowledged is done with: no backup has it yet, and a server that is put back asks in vain."""
    sound = outbox.Outbox.settle

    def hasty(self: Any, verdicts: Any, *, era: Any) -> bool:
        taken = sound(self, verdicts, era=era)
        if taken:
            with outbox.writing(self._database):
                self._database.executemany("DELETE FROM operation WHERE id = ?", [(key,) for key in verdicts])
        return taken

    patch.setattr(outbox.Outbox, "settle", hasty)


def position_of_a_repeat_is_the_present_head(patch: pytest.MonkeyPatch) -> None:
    """A device that asks again would wait for what it has seen already."""
    sound = batch._known

    def moved(ids: Any) -> dict[str, Any]:
        heads = dict(StreamHead.objects.values_list("stream", "head"))
        return {
            key: msgspec.structs.replace(found, at={name: heads[name] for name in found.at})
            for key, found in sound(ids).items()
        }

    patch.setattr(batch, "_known", moved)


def answer_of_another_epoch_applied(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(outbox.Era, "__eq__", lambda self, other: True)


STORIES: list[Defect] = [
    no_deduplication,
    acknowledged_before_commit,
    position_that_was_given_before,
    tombstones_unsent,
    checksum_not_kept_up,
    void_forgotten_when_it_comes_first,
    slot_of_the_latest_arrival,
    merge_that_came_last_counts,
    earlier_arrivals_not_taken_over,
]
MACHINE: list[Defect] = [
    acknowledged_before_commit,
    cursor_by_timestamp,
    id_reused_with_another_body_accepted,
    dropped_on_any_200,
    page_applied_wherever_the_cursor_is,
    cursor_moved_before_the_rows,
    epoch_ignored,
    pruned_before_durable,
    dropped_on_its_verdict,
    answer_of_another_epoch_applied,
    position_of_a_repeat_is_the_present_head,
]

"""Who holds which place (a bed, a seat, a wheelchair) while a batch is applied.

Only what the arrivals of the batch name is read: at plain doors that is nothing.
"""

from collections.abc import Sequence

from checkin import models
from checkin.ledger import Key, Place
from checkin.payloads import Passage
from checkin.rules import Presence
from eventsync.rows.lookup import Lookup
from eventsync.sync.registry import Incoming

_HOLDERS = Lookup(
    models.Presence, ("checkpoint", "window", "subject", "slot", "state"), by="slot", where=("checkpoint",)
)  # fmt: skip


class Holders:
    """Made with the attendance heads locked. `watched`: the checkpoints of which it has to be told."""

    def __init__(self, operations: Sequence[Incoming]) -> None:
        named: dict[str, set[str]] = {}
        for each in operations:
            if isinstance(each.payload, Passage) and each.payload.slot:
                named.setdefault(each.payload.checkpoint, set()).add(each.payload.slot)
        self.watched = named.keys()
        self._slots: dict[Key, str] = {}
        self._holders: dict[Place, set[str]] = {}
        for checkpoint, slots in named.items():
            for *key, slot, state in _HOLDERS.rows(slots, checkpoint):
                if state == "present":
                    self._move(Key(*key), slot)

    def settle(self, key: Key, presence: Presence | None) -> bool:
        """Notes what a key folds to by now. Whether it has a place that it had not, and that somebody else has."""
        slot = presence.holds if presence else ""
        if slot == self._slots.get(key, ""):
            return False
        self._move(key, slot)
        return bool(slot) and len(self._holders[_place(key, slot)]) > 1

    def _move(self, key: Key, slot: str) -> None:
        if before := self._slots.get(key):
            self._holders[_place(key, before)].discard(key.subject)
        self._slots[key] = slot
        if slot:
            self._holders.setdefault(_place(key, slot), set()).add(key.subject)


def _place(key: Key, slot: str) -> Place:
    return Place(key.checkpoint, key.window, slot)

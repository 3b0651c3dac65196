"""What phones say of notices that reached them (docs/protocol.md, section 12), in any order, and twice."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from eventsync.jobs.alerts import alert
from eventsync.jobs.rules import Partition
from eventsync.sync.registry import Incoming, Kind, Outcome, Quarantine, Recorded, registry
from eventsync.sync.streams import Changes
from eventsync.sync.wire import Id
from notifications import deliveries, events
from notifications.models import Delivery
from notifications.rules import State

SHOWN, OPENED, READ, HELP = "notice.shown", "notice.opened", "notice.read", "notice.help"
_SAID = {SHOWN: State.DISPLAYED, OPENED: State.OPENED, READ: State.ACKNOWLEDGED, HELP: State.ACKNOWLEDGED}


class Heard(msgspec.Struct, kw_only=True):
    """`delivery`: which one it is about, as its push said, or the list of messages."""

    delivery: Id


class Hearing:
    """Applies a batch of them. No stream hears of it: the books of notices do."""

    def __init__(self, operations: Sequence[Incoming]) -> None:
        self._event: UUID = operations[0].author.event_id

    def streams(self) -> set[str]:
        return set()

    def apply(self, fresh: Sequence[Incoming], changes: Changes) -> Sequence[Outcome]:
        keys = {UUID(each.payload.delivery) for each in fresh}
        known = Delivery.objects.select_related("recipient", "notice__event").in_bulk(keys)
        return [self._decide(each, known.get(UUID(each.payload.delivery))) for each in fresh]

    def _decide(self, operation: Incoming, delivery: Delivery | None) -> Outcome:
        if delivery is None:  # they have stopped, or the day until which it was kept is over
            return Recorded(flags=("no_effect", *operation.flags))
        if delivery.recipient.device_id != operation.author.id:
            return Quarantine("not_permitted", "This is a notice to somebody else.", binding=False)
        deliveries.heard(delivery, _SAID[operation.kind], now=operation.corrected_at)
        if operation.kind == HELP:
            _ask_for_help(delivery, operation)
        return Recorded(flags=operation.flags)


def _ask_for_help(delivery: Delivery, operation: Incoming) -> None:
    notice, whose = delivery.notice, ", ".join(sorted(delivery.recipient.groups or ())) or "everybody"
    message = (
        f"Somebody who hears of the plan for {whose} was told “{notice}” and says: “I need help” ({notice.event}). "
        "Nobody knows who it is. Their phone shows them the help page, with your number."
    )
    now, of = operation.received_at, Partition(notice.event_id)
    alert(kind="help_asked", subject=str(delivery.recipient_id), message=message, now=now, of=of)


_FACTS = {
    SHOWN: events.NoticesShown,
    OPENED: events.NoticesOpened,
    READ: events.NoticesRead,
    HELP: events.HelpAsked,
}
for _name, _fact in _FACTS.items():
    registry.operation(Kind(_name, payload=Heard, profiles=("family",), family=Hearing, fact=_fact))

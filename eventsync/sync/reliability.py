"""How reliable the server was for an event: how much of what phones sent did it handle without a failure of its own?"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from eventsync.sync.models import Operation, Quarantined

TARGET = 0.999
_SHARES = (50, 95, 99)


@dataclass(frozen=True, slots=True)
class Reliability:
    """`failed`: operations that our handlers could not apply when they came, whatever became of them since.

    `waits`: for each percentage, within what time that share of the operations was here, from when a person acted on a
    phone; what was typed in from paper is dated back, so it is left out.
    """

    received: int
    failed: int
    waits: dict[int, timedelta]

    @property
    def success(self) -> float | None:
        """The share that did not fail; None when nothing was received."""
        return 1 - self.failed / self.received if self.received else None

    @property
    def good(self) -> bool:
        return self.success is None or self.success >= TARGET


def reliability(event_id: UUID) -> Reliability:
    received = Operation.objects.filter(event_id=event_id)
    failed = Quarantined.objects.filter(device__event_id=event_id, code="handler_error")
    count = received.count()
    failures = failed.values("operation_id").distinct().count()
    return Reliability(count, failures, _waits(event_id))


def _waits(event_id: UUID) -> dict[int, timedelta]:
    times = Operation.objects.filter(event_id=event_id, corrected_at__isnull=False).exclude(flags__contains='"paper"')
    pairs = times.values_list("received_at", "corrected_at").iterator()
    waited = sorted(received - corrected for received, corrected in pairs if corrected is not None)
    return {share: waited[(len(waited) - 1) * share // 100] for share in _SHARES} if waited else {}

"""What organisers write by hand, as tests write it."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from eventsync.jobs.rules import Somebody
from eventsync.schedule.models import Event
from notifications.hand.rules import To
from notifications.hand.writing import Written, write
from notifications.models import HandNotice
from notifications.rules import Importance
from tests.cast import NOON

LENA, MARA, OWEN = (Somebody(f"user:{number}", name) for number, name in enumerate(("lena", "mara", "owen"), 1))
SAID = {"en": {"title": "Meet at the gate", "body": "Saturday 4 July, 3 pm. Gate 2. Please bring your water."}}


def words(**said: Any) -> Written:
    until = NOON + timedelta(hours=6)
    made: dict[str, Any] = {"to": To.EVERYBODY, "importance": Importance.BIG, "texts": SAID, "expires_at": until}
    made |= said
    return Written(**(made | {"importance": Importance(made["importance"])}))


def written(event: Event, *, key: UUID | None = None, **said: Any) -> HandNotice:
    row = write(key or uuid4(), event, words(**said), version=0, by=LENA, now=NOON)
    assert isinstance(row, HandNotice), row
    return row


def now_of(row: HandNotice) -> HandNotice:
    return HandNotice.objects.get(pk=row.pk)

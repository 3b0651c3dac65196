"""Who may see at a glance how it goes."""

from typing import Any

from eventsync.access.ranks import Rank
from eventsync.access.rights import grant
from eventsync.access.scope import scope
from eventsync.jobs.rights import OF_PLACE, SEE_ALERT

SEE = "control.view_health"

grant(Rank.VIEWER, SEE)


def reads_alerts(user: Any) -> bool:
    """Of some place at least."""
    return scope(user, SEE_ALERT).meets(OF_PLACE, reading=True)

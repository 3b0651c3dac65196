"""Files become the draft: what one says of an event's activities, what would be new, other or the same, and writing it.

Readers of files make `Incoming` of any format. Nothing of it is released.
"""

from eventsync.schedule.plan.incoming.items import MOST, Applied, Difference, Entry, Incoming, Preview, Problem
from eventsync.schedule.plan.incoming.planning import apply, plan
from eventsync.schedule.plan.incoming.values import longest

__all__ = [
    "MOST", "Applied", "Difference", "Entry", "Incoming", "Preview", "Problem", "apply", "longest", "plan",
]  # fmt: skip

"""Who may see at a glance how it goes."""

from eventsync.access.ranks import Rank
from eventsync.access.rights import grant

SEE = "control.view_health"

grant(Rank.VIEWER, SEE)

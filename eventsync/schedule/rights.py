"""Who may see and change events and venues, and say who else may."""

from eventsync.access.ranks import Rank
from eventsync.access.rights import grant

grant(Rank.VIEWER, "schedule.view_event", "schedule.view_venue")
grant(Rank.MANAGER, "schedule.change_event", "schedule.add_venue", "schedule.change_venue")
grant(Rank.OWNER, "schedule.delete_venue", "schedule.delete_event")
grant(Rank.OWNER, *(f"schedule.{what}_staffrole" for what in ("view", "add", "change", "delete")))

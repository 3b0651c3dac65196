"""Who may see and change events, venues and the schedule, release it, and say who else may."""

from eventsync.access.ranks import Rank
from eventsync.access.rights import grant

grant(Rank.VIEWER, "schedule.view_event", "schedule.view_venue")
grant(Rank.MANAGER, "schedule.change_event", "schedule.add_venue", "schedule.change_venue")
grant(Rank.OWNER, "schedule.delete_venue", "schedule.delete_event", "schedule.copy_event")
grant(Rank.OWNER, *(f"schedule.{what}_staffrole" for what in ("view", "add", "change", "delete")))
grant(Rank.VIEWER, "schedule.view_place", "schedule.view_activity", "schedule.view_release", "schedule.view_term")
grant(
    Rank.LEAD,
    *(f"schedule.{what}_place" for what in ("add", "change")),
    *(f"schedule.{what}_activity" for what in ("add", "change", "delete")),
)
grant(
    Rank.LEAD,
    *(f"schedule.{what}_familylink" for what in ("view", "add", "change")),
    "schedule.view_familyphone",
)
grant(Rank.MANAGER, "schedule.delete_place", "schedule.add_release")
grant(Rank.VIEWER, "schedule.view_ownsymbol")
grant(
    Rank.MANAGER, *(f"schedule.{what}_{kind}" for kind in ("term", "ownsymbol") for what in ("add", "change", "delete"))
)

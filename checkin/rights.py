"""Who may see and change people, codes, checkpoints and the ledger."""

from eventsync.access.ranks import Rank
from eventsync.access.rights import grant

grant(
    Rank.VIEWER,
    *("checkin.view_headcount", "checkin.view_attendancerecord", "checkin.view_person", "checkin.view_checkpoint"),
    "checkin.view_checkpointwindow",
)
grant(
    Rank.LEAD,
    *("checkin.add_person", "checkin.change_person"),
    *("checkin.view_credential", "checkin.add_credential", "checkin.change_credential"),
    *("checkin.view_conflict", "checkin.change_conflict"),
    *("checkin.view_holdrecord", "checkin.view_releasetry"),
    *("checkin.view_safetyentry", "checkin.change_safetyentry"),
)
grant(
    Rank.MANAGER,
    "checkin.delete_person",
    *(f"checkin.{what}_checkpoint" for what in ("add", "change", "delete")),
    *(f"checkin.{what}_checkpointwindow" for what in ("add", "change", "delete")),
    *("checkin.view_rosterimport", "checkin.add_rosterimport"),
)
grant(Rank.OWNER, "checkin.view_safetyaccess", "checkin.export_person", "checkin.erase_person")

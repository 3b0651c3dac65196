"""Who may see and change what phones sent, and the phones."""

from eventsync.access.ranks import Rank
from eventsync.access.rights import grant
from eventsync.access.scope import Belongs

OF_DEVICE = Belongs(event="event_id", venue="venue_id")  # those of all venues are seen at each
OF_OPERATION = Belongs(event="event_id", venue="device__venue_id", shared=False)
OF_QUARANTINED = Belongs(event="device__event_id", venue="device__venue_id", shared=False)

grant(Rank.VIEWER, "sync.view_device")
grant(Rank.LEAD, "sync.view_operation", "sync.view_quarantined")
grant(
    Rank.MANAGER,
    *("sync.change_device", "sync.change_quarantined"),
    *("sync.view_enrolmentcode", "sync.add_enrolmentcode", "sync.delete_enrolmentcode"),
    *("sync.view_outboximport", "sync.add_outboximport"),
)

"""Who may see which notices went out, how many they reached, and who may write some. Nobody sees who hears of them."""

from eventsync.access.ranks import Rank
from eventsync.access.rights import grant
from eventsync.access.scope import Belongs

OF_DELIVERY = Belongs(event="notice__event_id")
SEE_NOTICE, SEE_HAND, SEE_CALL = (f"notifications.view_{what}" for what in ("notice", "handnotice", "calltask"))
SEE_DELIVERY, STEER_DELIVERY = "notifications.view_delivery", "notifications.change_delivery"

grant(Rank.VIEWER, SEE_NOTICE)
grant(Rank.LEAD, SEE_HAND, *(f"notifications.{what}_handnotice" for what in ("add", "change")))
grant(Rank.LEAD, *(f"notifications.{what}_template" for what in ("view", "add", "change", "delete")))
grant(Rank.LEAD, SEE_DELIVERY, STEER_DELIVERY, "notifications.view_recipient", "notifications.view_channelbudget")
grant(Rank.MANAGER, "notifications.add_channelbudget", "notifications.change_channelbudget")
grant(Rank.LEAD, SEE_CALL, "notifications.change_calltask")

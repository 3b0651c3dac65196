"""Who may see which notices went out, how many they reached, and who may write some. Nobody sees who hears of them."""

from eventsync.access.ranks import Rank
from eventsync.access.rights import grant
from eventsync.access.scope import Belongs

OF_DELIVERY = Belongs(event="notice__event_id")
SEE_DELIVERY, STEER_DELIVERY = "notifications.view_delivery", "notifications.change_delivery"

grant(Rank.VIEWER, "notifications.view_notice")
grant(Rank.LEAD, *(f"notifications.{what}_handnotice" for what in ("view", "add", "change")))
grant(Rank.LEAD, *(f"notifications.{what}_template" for what in ("view", "add", "change", "delete")))
grant(Rank.LEAD, SEE_DELIVERY, STEER_DELIVERY, "notifications.view_recipient", "notifications.view_channelbudget")
grant(Rank.MANAGER, "notifications.add_channelbudget", "notifications.change_channelbudget")
grant(Rank.LEAD, "notifications.view_calltask", "notifications.change_calltask")

"""Who may see which notices went out, and how many they reached. Nobody sees who hears of them."""

from eventsync.access.ranks import Rank
from eventsync.access.rights import grant

grant(Rank.VIEWER, "notifications.view_notice")
grant(Rank.LEAD, "notifications.view_delivery", "notifications.view_recipient")

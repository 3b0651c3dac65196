"""Who follows a family link hears of its groups, whatever these are by then."""

from eventsync.schedule.links.making import revoke
from tests.cast import NOON
from tests.notifications.families import make_recipient
from tests.notifications.test_plan_notices import day, heard
from tests.notifications.tomorrow import change, tell
from tests.schedule.links.cards import make_card
from tests.schedule.plan.plans import HOUR

__all__ = ["day"]


def test_who_follows_a_family_link_hears_of_its_groups_until_it_is_taken_back(day):
    link = make_card(day.event, groups=("Norway",)).link
    follower = make_recipient(day.event, groups=[])
    follower.links.add(link)
    change(day.relay, place=day.stage)
    tell(day)
    revoke(link, now=NOON)
    change(day.relay, place=day.deck)
    tell(day, NOON + HOUR)
    assert heard(follower) == [("Relay: Another place", "queued")]

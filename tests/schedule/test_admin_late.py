"""Running late at the desk: shown, then written into the draft, by whom it is given to."""

import re
from typing import Any

from django.test import Client

from eventsync.access.ranks import Rank
from eventsync.schedule.models import Activity
from eventsync.schedule.plan import releasing
from tests.desk import staff, text_of
from tests.schedule.plan.plans import HOUR, make_day

LATE = "/admin/schedule/activity/late/"


def write_delay(client: Client, **said: Any) -> str:
    """Looks and writes; what the desk says then."""
    asked = {"place": "", "group": "", "minutes": 30, "since": "2026-07-04T12:00"} | said
    shown = client.post(LATE, asked).content.decode()
    seen = re.search(r'name="seen" value="(\w+)"', shown)
    return client.post(LATE, asked | {"seen": seen[1]}, follow=True).content.decode() if seen else shown


def delays() -> dict[str, int]:
    return dict(Activity.objects.values_list("title", "delay"))


def test_delay_is_shown_with_collisions_then_written_once(games):
    day = make_day(games)
    Activity.objects.filter(pk=day.party.pk).update(place=day.deck, start=day.relay.start - HOUR / 6)
    manager = staff("mara", Rank.MANAGER, games.event)
    said = {"place": day.deck.pk, "group": "", "minutes": 30, "since": "2026-07-04T12:00"}
    shown = manager.post(LATE, said).content.decode()
    assert "Sat 4 Jul, 12:00 to 13:00" in shown
    assert "Sat 4 Jul, 12:30 to 13:30" in shown
    assert "Deck: Swim (Sat 4 Jul, 12:30 to 13:30) and Party" in shown
    assert delays() == {"Swim": 0, "Relay": 0, "Party": 0}
    seen = re.search(r'name="seen" value="(\w+)"', shown)
    assert seen
    Activity.objects.filter(pk=day.swim.pk).update(version=2)
    assert "Look again." in manager.post(LATE, said | {"seen": seen[1]}).content.decode()
    Activity.objects.filter(pk=day.swim.pk).update(version=1)
    assert manager.post(LATE, said | {"seen": seen[1]}).status_code == 302
    assert delays() == {"Swim": 30, "Relay": 30, "Party": 0}
    assert Activity.objects.get(pk=day.swim.pk).start == day.swim.start  # the planned times stay
    chosen = {"action": "on_time", "_selected_action": [day.swim.pk, day.relay.pk], "index": 0}
    manager.post("/admin/schedule/activity/", chosen)
    assert delays() == {"Swim": 0, "Relay": 0, "Party": 0}


def test_lead_puts_off_what_is_at_their_venue_and_is_told_whom_to_tell_of_the_rest(games):
    day = make_day(games)
    Activity.objects.filter(pk=day.party.pk).update(start=day.relay.end, groups=["Norway"])
    lead = staff("lena", Rank.LEAD, games.event, games.pool)
    said = {"place": "", "group": "Finland", "minutes": 30, "since": "2026-07-04T12:00"}
    shown = lead.post(LATE, said).content.decode()
    assert "not yours to change, tell Main hall" in shown
    seen = re.search(r'name="seen" value="(\w+)"', shown)
    assert seen
    assert lead.post(LATE, said | {"seen": seen[1]}).status_code == 302
    assert delays() == {"Swim": 30, "Relay": 30, "Party": 0}
    found = releasing.preview(games.event).collisions
    met = [(each.one.texts["en"].title, each.other.texts["en"].title) for each in found]
    assert met == [("Relay", "Party")]


def test_place_and_group_together_are_refused(games):
    day = make_day(games)
    said = {"place": day.deck.pk, "group": "Finland", "minutes": 30, "since": "2026-07-04T12:00"}
    answer = staff("mara", Rank.MANAGER, games.event).post(LATE, said)
    assert "Say either the place or the group that is late." in answer.content.decode()
    assert staff("vera", Rank.VIEWER, games.event).get(LATE).status_code == 403


def test_group_that_nothing_is_for_is_no_quiet_nothing(games):
    make_day(games)
    manager = staff("mara", Rank.MANAGER, games.event)
    said = {"place": "", "minutes": 30, "since": "2026-07-04T12:00"}
    misspelt = text_of(manager.post(LATE, said | {"group": "Norwey"}))
    assert "No activity is for “Norwey”. Do you mean “Norway”?" in misspelt
    assert "Nothing would be later" not in misspelt
    assert "No activity is for “Choir”. " in text_of(manager.post(LATE, said | {"group": "Choir"}))
    small = text_of(manager.post(LATE, said | {"group": "norway"}))
    assert "Sat 4 Jul, 13:30 to 14:30" in small
    offered = re.findall(r'<option value="(\w+)">', manager.get(LATE).content.decode().partition("<datalist")[2])
    assert offered == ["Finland", "Norway"]


def test_what_a_buffer_takes_up_is_said(games):
    day = make_day(games)
    manager = staff("mara", Rank.MANAGER, games.event)
    said = {"place": day.deck.pk, "group": "", "minutes": 30, "since": "2026-07-04T12:00"}
    assert "buffer" not in text_of(manager.post(LATE, said))
    Activity.objects.filter(pk=day.swim.pk).update(buffer=20)
    shown = text_of(manager.post(LATE, said))
    assert "Sat 4 Jul, 12:30 to 13:10 Its buffer takes up 20 of the 30 minutes." in shown
    Activity.objects.filter(pk=day.swim.pk).update(buffer=45)
    shown = text_of(manager.post(LATE, said))
    assert "Sat 4 Jul, 12:30 to 13:00 Its buffer takes up all of it: it ends on time." in shown
    assert "Relay" not in shown

"""What was said and did not get through is in the next notice about the same, for those alone whom it did not reach."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications import deliveries
from notifications.models import Channel, Delivery, Notice, Recipient
from notifications.plan import holding, telling
from tests.cast import NOON, Games
from tests.notifications.families import make_notice, make_recipient
from tests.notifications.tomorrow import change, later, make_tomorrow, tell
from tests.schedule.plan.plans import HOUR, MINUTE, Day


@pytest.fixture
def day(games: Games) -> Day:
    return make_tomorrow(games)


def heard(recipient: Recipient) -> list[tuple[str, str]]:
    rows = Delivery.objects.filter(recipient=recipient, channel=Channel.PUSH).order_by("notice__until")
    return [(str(each.notice), each.state) for each in rows]


@pytest.mark.parametrize("way", [{"state": "queued"}, {"state": "failed_temp"}, {"state": "failed_perm"}])
def test_what_did_not_get_through_is_said_by_the_next_one_too(day: Day, way: dict[str, str]):
    family, reached = make_recipient(day.event), make_recipient(day.event)
    change(day.swim, place=day.stage)
    tell(day)
    pushes = Delivery.objects.filter(channel=Channel.PUSH)
    pushes.filter(recipient=family).update(**way)
    pushes.filter(recipient=reached).update(state="displayed")
    later(day.swim, 10 * MINUTE)
    tell(day, NOON + HOUR)
    bodies = {each.recipient: each.notice.texts["en"]["body"] for each in pushes.filter(notice__until=3)}
    assert bodies == {
        family: "Sunday 5 July, 12:10 pm. Stage. Please go to the new place.",
        reached: "Sunday 5 July, 12:10 pm. The place is the same. Please come at the new time.",
    }
    old = pushes.get(recipient=family, notice__until=2)
    assert old.state == "superseded" or old.closed_why == "A newer one says it."


@pytest.mark.parametrize("part", [1, 3])
def test_older_notices_are_looked_for_once_however_many_hear(day: Day, monkeypatch: pytest.MonkeyPatch, part: int):
    for _ in range(3):
        make_recipient(day.event)
    make_notice(day.event, kind="hand", since=0, until=0)
    change(day.swim, place=day.stage)
    tell(day)
    monkeypatch.setattr(deliveries, "AT_ONCE", part)
    later(day.swim, HOUR)
    with CaptureQueriesContext(connection) as asked:
        tell(day, NOON + HOUR)
    looked = [each["sql"] for each in asked if '"notifications_notice"."since" >= ' in each["sql"]]
    assert len(looked) == 1
    assert '"discreet"' not in looked[0]
    assert [heard(each)[-1] for each in Recipient.objects.all()] == [("Swim: Later", "queued")] * 3


def test_words_of_the_event_are_read_once_for_all_who_slept(day: Day, monkeypatch: pytest.MonkeyPatch):
    families = [make_recipient(day.event) for _ in range(3)]
    for activity, at in ((day.swim, NOON + 10 * HOUR), (day.party, NOON + 11 * HOUR)):
        change(activity, status="cancelled")
        tell(day, at)
    monkeypatch.setattr(deliveries, "AT_ONCE", 1)
    with CaptureQueriesContext(connection) as asked:
        holding.let_go(day.event.pk, now=NOON + 19 * HOUR)
    assert len([each for each in asked if 'FROM "schedule_term"' in each["sql"]]) == 1
    assert [heard(each)[-1] for each in families] == [("Changes in the plan: 2", "queued")] * 3


def test_what_changed_back_before_it_went_out_is_said_for_the_list_has_it(day: Day):
    family = make_recipient(day.event)
    change(day.swim, place=day.stage)
    tell(day)
    change(day.swim, place=day.deck)
    later(day.swim, HOUR)
    tell(day, NOON + HOUR)
    assert heard(family) == [("Swim: Another place", "superseded"), ("Swim: Later", "queued")]
    assert (
        Notice.objects.latest("until").texts["en"]["body"] == "Sunday 5 July, 1 pm. Deck. Please go to the new place."
    )


def test_telling_that_ended_half_way_says_nobody_anything_else(day: Day):
    family = make_recipient(day.event)
    change(day.swim, place=day.stage)
    tell(day)
    later(day.swim, HOUR)
    tell(day, NOON + HOUR)
    Delivery.objects.filter(state="queued").update(state="displayed")
    telling.make(day.event, since=2, until=3, now=NOON + HOUR)
    assert heard(family) == [("Swim: Another place", "superseded"), ("Swim: Later", "displayed")]

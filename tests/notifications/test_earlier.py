"""Whoever comes later finds in their list what was said before and is of use still, and it rings nowhere."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from eventsync.jobs.models import DomainEvent
from notifications.hand import sending
from notifications.hand.rules import To
from notifications.joining import earlier, recipients
from notifications.joining.rules import Wishes
from notifications.ladder import climbing
from notifications.models import CallTask, Channel, Delivery, HandNotice, Notice, Recipient
from notifications.plan import telling
from tests.cast import NOON, Games
from tests.notifications.families import make_notice, make_recipient
from tests.notifications.joining import MESSAGES, hidden, join
from tests.notifications.tomorrow import change, later, make_tomorrow, tell
from tests.notifications.writing import LENA, now_of, written
from tests.schedule.links.cards import make_card, opened
from tests.schedule.plan.plans import HOUR, MINUTE, Day, make_day

PLACE, LATER = "Swim: Another place", "Party: Later"


@pytest.fixture
def day(games: Games) -> Day:
    return make_tomorrow(games)


def come(day: Day, *, at: datetime = NOON + HOUR, phone: UUID | None = None, **wishes: Any) -> Recipient:
    phone = phone or uuid4()
    recipients.join(day.event, Wishes(language="en", **wishes), phone=phone, now=at)
    return Recipient.objects.get(device=phone)


def listed(recipient: Recipient) -> list[str]:
    rows = Delivery.objects.filter(recipient=recipient).order_by("notice__until", "notice__made_at")
    assert {each.channel for each in rows} <= {Channel.IN_APP}
    return [str(each.notice) for each in rows]


def sent(row: HandNotice) -> HandNotice:
    sending.send(row.pk, version=now_of(row).version, by=LENA, now=NOON)
    sending.go(row.pk, now=NOON + MINUTE)
    return row


def test_who_comes_later_finds_what_changed_of_tomorrow_and_no_phone_rings(day: Day):
    family = make_recipient(day.event)
    change(day.swim, place=day.stage)
    tell(day)
    newcomer = come(day)
    assert listed(newcomer) == [PLACE]
    [line] = Delivery.objects.filter(recipient=newcomer)
    assert (line.state, line.why, line.notice) == ("accepted", "earlier", Notice.objects.get())
    assert Delivery.objects.filter(recipient=family, notice=line.notice).count() == 2


def test_page_shows_it_right_after_the_button(day: Day, time_machine: Any):
    time_machine.move_to(NOON + HOUR, tick=False)
    change(day.swim, place=day.stage)
    tell(day)
    client = Client()
    form = hidden(client.get(f"{MESSAGES}?lang=en").content.decode())
    for _ in range(2):
        client.post(f"{MESSAGES}?lang=en", form)
    assert client.get(f"{MESSAGES}?lang=en").content.decode().count("Swim: Another place") == 1


def test_it_is_there_also_where_nobody_was_when_it_was_said(day: Day):
    change(day.swim, place=day.stage)
    tell(day)
    assert Notice.objects.get().deliveries.count() == 0
    assert listed(come(day)) == [PLACE]


def test_of_a_group_they_find_what_is_for_it_and_screens_say_nothing_twice(day: Day):
    make_recipient(day.event)
    for each in (day.swim, day.relay):  # Finland's, and everybody's
        change(each, place=day.stage)
    tell(day)
    told = DomainEvent.objects.filter(name="notice_made").count()
    norway, other = come(day, groups=("Norway",)), come(day, groups=("Norway",))
    assert listed(norway) == listed(other) == ["Relay: Another place"]
    relay = Notice.objects.get(deliveries__recipient=norway)
    assert (relay.made_at, Notice.objects.count()) == (NOON, 2)
    assert DomainEvent.objects.filter(name="notice_made").count() == told == 1


def test_leader_who_comes_later_is_asked_to_say_that_they_read_it(day: Day):
    change(day.swim, place=day.stage)
    tell(day)
    leader = come(day, groups=(), links=(make_card(day.event, groups=("Finland",), leads=True).link.pk,))
    [line] = Delivery.objects.filter(recipient=leader)
    assert line.notice.must_acknowledge


def test_what_is_over_is_not_listed_and_hides_nothing_that_is_not(games: Games):
    day = make_day(games)
    later(day.relay, 24 * HOUR)
    tell(day, NOON - 2 * HOUR)
    for each in (day.swim, day.relay):
        change(each, place=day.stage)
    tell(day, NOON - HOUR)
    assert listed(come(day, at=NOON - HOUR)) == ["Changes in the plan: 2"]
    assert listed(come(day, at=NOON + 3 * HOUR)) == ["Relay: Another place"]
    assert listed(come(day, at=NOON + 72 * HOUR)) == []


def test_who_chooses_other_groups_finds_only_what_they_have_not_heard(day: Day):
    norway = make_recipient(day.event, groups=["Norway"], browsers=0)
    for each in (day.swim, day.relay):
        change(each, place=day.stage)
    tell(day)
    assert listed(norway) == ["Relay: Another place"]
    for _ in range(2):
        recipients.wish(norway, Wishes(language="en"), now=NOON + HOUR)
        assert sorted(listed(norway)) == ["Relay: Another place", PLACE]


def test_who_was_told_of_all_at_once_finds_no_part_of_it_anew(day: Day):
    family = make_recipient(day.event, browsers=0)
    for each in (day.swim, day.relay):
        change(each, place=day.stage)
    tell(day)
    recipients.wish(family, Wishes(language="en", groups=("Norway",)), now=NOON + HOUR)
    assert listed(family) == ["Changes in the plan: 2"]


def test_what_came_after_each_other_is_there_once_each_whatever_was_said_anew(day: Day):
    missed = make_recipient(day.event)
    change(day.swim, place=day.stage)
    tell(day)
    later(day.swim, HOUR)
    tell(day, NOON + HOUR)
    assert Notice.objects.filter(since=1, until=3, deliveries__recipient=missed).exists()
    assert listed(come(day, at=NOON + 2 * HOUR)) == [PLACE, "Swim: Later"]


def test_no_more_than_the_last_ten_times_are_looked_through(day: Day, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(earlier, "MOST", 2)
    for each in range(3):
        later(day.party, HOUR)
        tell(day, NOON + each * HOUR)
    assert listed(come(day, at=NOON + 4 * HOUR)) == [LATER] * 2


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({}, 1),
        ({"to": To.GROUPS, "groups": ["Norway"]}, 1),
        ({"to": To.GROUPS, "groups": ["Finland"]}, 0),
        ({"to": To.LEADERS}, 0),
        ({"expires_at": NOON + HOUR}, 0),
    ],
)
def test_what_somebody_wrote_is_there_for_whom_it_is_while_it_is_of_use(day: Day, said: dict[str, Any], found: int):
    sent(written(day.event, **said))
    written(day.event)  # not sent
    newcomer = come(day, groups=("Norway",))
    assert listed(newcomer) == ["Meet at the gate"] * found


@pytest.mark.parametrize("came", ["telling", "by_hand"])
def test_who_comes_while_others_are_told_is_not_forgotten(day: Day, monkeypatch: pytest.MonkeyPatch, came: str):
    make_recipient(day.event)
    plan, phone = telling.plan, uuid4()

    def join_meanwhile(*args: Any, **said: Any) -> None:
        plan(*args, **said)
        with monkeypatch.context() as just_before:  # what they look for was not there yet
            just_before.setattr(earlier, "list_earlier", lambda *_, **__: None)
            come(day, at=NOON, phone=phone)

    monkeypatch.setattr(telling, "plan", join_meanwhile)
    if came == "telling":
        change(day.swim, place=day.stage)
        tell(day)
    else:
        sent(written(day.event))
    newcomer = Recipient.objects.get(device=phone)
    assert listed(newcomer) == [PLACE if came == "telling" else "Meet at the gate"]


def test_what_is_critical_is_before_their_eyes_so_nobody_calls(day: Day):
    notice = make_notice(day.event, importance="critical", kind="hand", since=0, until=0, expires_at=NOON + 6 * HOUR)
    row = written(day.event, importance="critical")
    HandNotice.objects.filter(pk=row.pk).update(notice=notice, stage="sent")
    newcomer = come(day)
    Recipient.objects.filter(pk=newcomer.pk).update(phone="+358401234567")
    assert listed(newcomer) == ["Swim: another place"]
    assert climbing.left(now=NOON + HOUR) == []
    climbing.climb(notice.pk, now=NOON + 2 * HOUR)
    assert not CallTask.objects.exists()
    assert listed(newcomer) == ["Swim: another place"]


def test_card_of_one_family_finds_what_is_for_it(day: Day, time_machine: Any):
    time_machine.move_to(NOON + HOUR, tick=False)
    for each in (day.swim, day.relay):
        change(each, place=day.stage)
    tell(day)
    card = make_card(day.event, groups=("Norway",))
    assert listed(join(opened(card), about=[f"link:{card.link.pk}"])) == ["Relay: Another place"]


@pytest.mark.parametrize("said", [1, 3])
def test_coming_takes_as_many_queries_whoever_has_heard_it(
    day: Day, said: int, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
):
    for _ in range(said):
        make_recipient(day.event)
    change(day.swim, place=day.stage)
    tell(day)
    newcomer = make_recipient(day.event, browsers=0)
    with django_assert_num_queries(10):
        earlier.list_earlier(newcomer, now=NOON + HOUR)
    assert listed(newcomer) == [PLACE]

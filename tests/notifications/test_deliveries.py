"""Deliveries on their way: of two workers one has each, what died is given back, and no state goes back."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from eventsync.jobs import retention
from notifications import deliveries
from notifications.models import Delivery, Notice, Recipient, Subscription
from notifications.rules import WAITING, WAYS, State
from tests.cast import NOON, make_games
from tests.notifications.families import add_browser, make_notice, make_recipient, owe

ONE, OTHER = uuid4(), uuid4()
MINUTE = timedelta(minutes=1)
LOST = NOON + deliveries.LEASE + MINUTE  # what was claimed at noon is in nobody's hand any more


def states() -> list[str]:
    return list(Delivery.objects.order_by("due_at").values_list("state", flat=True))


@pytest.fixture
def family(games):
    return make_recipient(games.event)


def make_owed(games, family, count: int, **said) -> list[Delivery]:
    return [owe(make_notice(games.event, **said), family, at=NOON - (count - n) * MINUTE) for n in range(count)]


def test_of_two_workers_one_has_each(games, family):
    owed = make_owed(games, family, 3)
    first = deliveries.claim(games.event.pk, on="push", by=ONE, most=2, now=NOON)
    second = deliveries.claim(games.event.pk, on="push", by=OTHER, most=2, now=NOON)
    assert [each.pk for each in (*first, *second)] == [each.pk for each in owed]
    assert {each.attempts for each in (*first, *second)} == {1}
    assert deliveries.claim(games.event.pk, on="push", by=ONE, most=2, now=NOON) == []


@pytest.mark.parametrize("count", [1, 3])
def test_claiming_takes_as_many_queries_for_one_as_for_three(games, family, count, django_assert_num_queries):
    make_owed(games, family, count)
    with django_assert_num_queries(8):  # two of them begin and end the transaction
        assert len(deliveries.claim(games.event.pk, on="push", by=ONE, most=9, now=NOON)) == count


def test_what_matters_most_goes_first(games, family):
    for importance in ("normal", "critical", "big"):
        owe(make_notice(games.event, importance=importance), family, at=NOON)
    due = deliveries.due(games.event.pk, on="push", now=NOON)
    assert [each.notice.importance for each in due] == ["critical", "big", "normal"]


def test_nobody_has_what_is_not_due_or_another_events(games, family):
    owe(make_notice(games.event), family, at=NOON + MINUTE)
    camp = make_games("camp", people=1).event
    owe(make_notice(camp), make_recipient(camp))
    assert deliveries.claim(games.event.pk, on="push", by=ONE, most=9, now=NOON) == []
    assert deliveries.next_due(games.event.pk, on="push", now=NOON) == NOON + MINUTE


def test_what_is_of_no_use_any_more_expires(games, family):
    owed = owe(make_notice(games.event, expires_at=NOON), family)
    held = owe(make_notice(games.event, expires_at=NOON), family, state=State.HELD, at=NOON + MINUTE)
    assert deliveries.claim(games.event.pk, on="push", by=ONE, most=9, now=NOON) == []
    assert {Delivery.objects.get(pk=each.pk).state for each in (owed, held)} == {"expired"}


def test_only_who_has_it_says_what_became_of_it(games, family):
    [owed] = make_owed(games, family, 1)
    deliveries.claim(games.event.pk, on="push", by=ONE, most=1, now=NOON)
    assert not deliveries.settle(owed.pk, State.ACCEPTED, by=OTHER, now=NOON)
    assert deliveries.settle(owed.pk, State.ACCEPTED, by=ONE, now=NOON, accepted_at=NOON, status=201)
    assert not deliveries.settle(owed.pk, State.FAILED_PERM, by=ONE, now=NOON)
    assert states() == ["accepted"]


def test_what_a_dead_worker_had_is_given_back(games, family):
    [owed] = make_owed(games, family, 1)
    deliveries.claim(games.event.pk, on="push", by=ONE, most=1, now=NOON)
    assert deliveries.give_back(games.event.pk, on="push", now=NOON + deliveries.LEASE) == 0
    assert deliveries.give_back(games.event.pk, on="push", now=LOST) == 1
    [again] = deliveries.claim(games.event.pk, on="push", by=OTHER, most=1, now=NOON)
    assert (again.pk, again.attempts) == (owed.pk, 2)
    assert not deliveries.settle(owed.pk, State.ACCEPTED, by=ONE, now=NOON)  # whoever was thought dead


def test_nobody_gives_back_what_they_do_not_send_themselves(games, family):
    """It would be uncertain, and due, with nobody to send it again for minutes."""
    notice = make_notice(games.event, importance="critical")
    owe(notice, family, channel="sms")
    deliveries.claim(games.event.pk, on="sms", by=ONE, most=1, now=NOON)
    assert deliveries.give_back(games.event.pk, on="push", now=LOST) == 0
    assert deliveries.give_back(make_games("camp", people=1).event.pk, on="sms", now=LOST) == 0
    assert (states(), deliveries.left(now=LOST)) == (["sending"], [(games.event.pk, "sms")])


@pytest.mark.parametrize(("importance", "state"), [("big", "uncertain"), ("critical", "queued")])
def test_text_message_that_a_dead_worker_had_goes_out_again_for_safety_alone(games, family, importance, state):
    owed = owe(make_notice(games.event, importance=importance), family, channel="sms")
    deliveries.claim(games.event.pk, on="sms", by=ONE, most=1, now=NOON)
    assert deliveries.left(now=LOST) == [(games.event.pk, "sms")]
    deliveries.give_back(games.event.pk, on="sms", now=LOST)
    assert states() == ["uncertain"]
    assert deliveries.next_due(games.event.pk, on="sms", now=LOST) == (LOST if importance == "critical" else None)
    deliveries.send_again(games.event.pk, on="sms", now=LOST)
    row = Delivery.objects.get(pk=owed.pk)
    assert (row.state, row.why) == (state, "again" if importance == "critical" else "")


def test_what_is_uncertain_and_of_no_use_any_more_stays_so(games, family):
    owe(make_notice(games.event, importance="critical", expires_at=NOON), family, channel="sms", state=State.UNCERTAIN)
    assert deliveries.send_again(games.event.pk, on="sms", now=NOON) == 0
    assert deliveries.next_due(games.event.pk, on="sms", now=NOON) is None
    assert deliveries.left(now=NOON + timedelta(hours=1)) == []


def test_a_phone_that_is_faster_than_our_own_row_is_believed(games, family):
    [owed] = make_owed(games, family, 1)
    deliveries.claim(games.event.pk, on="push", by=ONE, most=1, now=NOON)
    assert deliveries.heard(owed, State.DISPLAYED, now=NOON)
    assert not deliveries.settle(owed.pk, State.ACCEPTED, by=ONE, now=NOON)
    assert states() == ["displayed"]


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("said", [State.DISPLAYED, State.OPENED, State.ACKNOWLEDGED])
def test_what_a_phone_says_never_goes_back(games, family, state, said):
    claimed: dict[str, Any] = {"claim": ONE, "claimed_at": NOON} if state == State.SENDING else {}
    owed = owe(make_notice(games.event), family, state=state, **claimed)
    assert deliveries.heard(owed, said, now=NOON) is (said in WAYS[state])
    elsewhere = said == State.ACKNOWLEDGED and state in WAITING  # they have read it in the list
    assert states() == [said if said in WAYS[state] else State.SUPERSEDED if elsewhere else state]


def test_a_newer_notice_supersedes_what_has_not_gone_out(games, family):
    gone = owe(make_notice(games.event), family, state=State.ACCEPTED)
    waiting = owe(make_notice(games.event), family, state=State.FAILED_TEMP)
    assert deliveries.supersede(Delivery.objects.all(), now=NOON) == 1
    assert Delivery.objects.get(pk=waiting.pk).state == "superseded"
    assert Delivery.objects.get(pk=gone.pk).state == "accepted"


def test_a_day_counts_each_notice_once_however_many_browsers_there_are(games):
    family = make_recipient(games.event, browsers=2)
    for endpoint in family.subscriptions.values_list("digest", flat=True):
        owe(
            Notice.objects.first() or make_notice(games.event),
            family,
            state=State.ACCEPTED,
            endpoint=endpoint,
            accepted_at=NOON,
        )
    assert deliveries.counted([family], since=NOON) == {family.pk: 1}
    assert deliveries.counted([family], since=NOON + MINUTE) == {}


@pytest.mark.parametrize(
    "wrong",
    [
        lambda event, family: owe(Notice.objects.get(), family),
        lambda event, family: add_browser(make_recipient(event, browsers=0), digest=f"{0:064}"),
        lambda event, family: make_notice(event, key="0"),
        lambda event, family: owe(make_notice(event), family, state="lost"),
        lambda event, family: owe(make_notice(event), family, state=State.SENDING),
        lambda event, family: owe(make_notice(event), family, channel="pigeon"),
        lambda event, family: make_recipient(event, news="gossip"),
        lambda event, family: make_recipient(event, phone="0401234567"),
        lambda event, family: make_recipient(event, phone="+358401234567\n"),
        lambda event, family: make_notice(event, since=3, until=3),
    ],
)
def test_database_refuses(games, family, wrong):
    owe(make_notice(games.event), family)
    with pytest.raises(IntegrityError), transaction.atomic():
        wrong(games.event, family)


def test_the_same_browser_may_hear_of_two_events(games, family):
    camp = make_games("camp", people=1).event
    add_browser(make_recipient(camp, browsers=0), digest=f"{0:064}")
    assert Subscription.objects.values("digest").distinct().count() == 1


def test_whoever_heard_of_an_event_is_forgotten_with_its_data(games, family):
    owe(make_notice(games.event), family)
    last = NOON + timedelta(days=60)
    retention.clear(now=last)
    assert Recipient.objects.count() == 1
    gone = retention.clear(now=last + timedelta(days=1))
    assert (gone["recipients of notices"], gone["notices"]) == (1, 1)
    assert [table.objects.count() for table in (Recipient, Subscription, Delivery, Notice)] == [0, 0, 0, 0]

"""Four on a day: counted as soon as they are to go out, whoever is quicker, and whoever waits."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from notifications import deliveries
from notifications.hand import sending
from notifications.models import Channel, Delivery, Recipient
from notifications.plan import holding
from notifications.rules import CAP, State
from tests.cast import NOON, Games
from tests.notifications.families import make_notice, make_recipient, owe
from tests.notifications.writing import LENA, now_of, written

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def family(games: Games) -> Recipient:
    return make_recipient(games.event)


def say(family: Recipient, *, at: datetime = NOON) -> None:
    row = written(family.event, expires_at=at + 24 * HOUR)
    sending.send(row.pk, version=now_of(row).version, by=LENA, now=at)
    sending.go(row.pk, now=at + MINUTE)


def pushes(family: Recipient) -> list[str]:
    rows = Delivery.objects.filter(recipient=family, channel=Channel.PUSH)
    return sorted(rows.values_list("state", flat=True))


@pytest.mark.parametrize("state", [State.QUEUED, State.SENDING, State.FAILED_TEMP])
def test_what_is_on_its_way_counts_before_anybody_took_it(family: Recipient, state: State):
    for _ in range(CAP):
        say(family)
    claim = {"claim": uuid4(), "claimed_at": NOON} if state == State.SENDING else {}
    Delivery.objects.filter(channel=Channel.PUSH).update(state=state, **claim)
    say(family)
    assert pushes(family) == sorted([*[state.value] * CAP, "over_budget"])


def test_what_slept_leaves_room_for_what_is_on_its_way(family: Recipient):
    for _ in range(3):
        owe(make_notice(family.event, kind="hand", since=0, until=0), family)
    for _ in range(2):
        held = make_notice(family.event, kind="hand", since=0, until=0, expires_at=NOON + 24 * HOUR)
        owe(held, family, state=State.HELD)
    Delivery.objects.update(due_at=NOON)
    holding.let_go(family.event_id, now=NOON)
    assert pushes(family) == ["over_budget", *["queued"] * CAP]


@pytest.mark.parametrize("state", [State.SENDING, State.FAILED_TEMP])
def test_what_a_phone_showed_before_we_wrote_that_it_went_out_counts(family: Recipient, state: State):
    """Its answer is quicker than the others of a hundred that went out together, or came though ours was lost."""
    claim: dict[str, Any] = {"claim": uuid4(), "claimed_at": NOON} if state == State.SENDING else {}
    shown = owe(make_notice(family.event), family, state=state, **claim)
    assert deliveries.heard(shown, State.DISPLAYED, now=NOON + MINUTE)
    shown.refresh_from_db()
    assert shown.accepted_at == NOON + MINUTE
    assert deliveries.counted([family], since=NOON) == {family.pk: 1}


def test_when_it_went_out_stays_as_it_was_written(family: Recipient):
    sent = owe(make_notice(family.event), family, state=State.ACCEPTED, accepted_at=NOON)
    deliveries.heard(sent, State.OPENED, now=NOON + HOUR)
    sent.refresh_from_db()
    assert sent.accepted_at == NOON

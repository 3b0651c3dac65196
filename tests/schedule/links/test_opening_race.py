"""Several at the same moment at one card: a button pressed twice, people who scan together, a card taken back."""

from collections.abc import Callable
from functools import partial
from uuid import UUID, uuid4

import pytest

from eventsync.schedule.links import making, opening
from eventsync.schedule.links.making import Card
from eventsync.schedule.links.opening import link_of_phone, open_link
from eventsync.schedule.models import FamilyLink, FamilyPhone
from eventsync.sync.models import Device
from tests.cast import NOON, make_games
from tests.schedule.links.cards import make_card
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 4


@pytest.fixture
def card(transactional_db: None) -> Card:
    return make_card(make_games().event)


def opens(card: Card, phone: UUID | None = None) -> partial[str | None]:
    return partial(open_link, card.link, phone=phone or uuid4(), now=NOON)


def test_button_pressed_several_times_at_once_makes_one_phone(card):
    phone = uuid4()
    secrets = together([opens(card, phone)] * AT_ONCE)
    assert list(FamilyPhone.objects.values_list("device", "link")) == [(phone, card.link.pk)]
    event, now = card.link.event, NOON
    assert all(link_of_phone(event, card.link.pk, secret or "", now=now) == card.link for secret in secrets)


def test_no_more_phones_than_a_link_may_have_however_many_come_at_once(card, monkeypatch):
    monkeypatch.setattr(opening, "MOST_PHONES", 2)
    together([opens(card) for _ in range(AT_ONCE)])
    assert Device.objects.count() == AT_ONCE
    assert FamilyPhone.objects.filter(device__revoked_at=None).count() == 2


def test_card_taken_back_while_it_is_opened_leaves_no_phone(card):
    for _ in range(3):
        other = make_card(card.link.event)
        revoke = partial(making.revoke, FamilyLink.objects.get(pk=other.link.pk), now=NOON)
        tasks: list[Callable[[], object]] = [opens(other), revoke, opens(other)]
        together(tasks)
        assert not FamilyPhone.objects.filter(link=other.link, device__revoked_at=None).exists()


def test_phone_that_opens_two_cards_at_once_shows_each_to_whom_it_was_given(card):
    phone, other = uuid4(), make_card(card.link.event, "Quick Hare", ("Finland",))
    cards = [card, other] * 2
    secrets = together([opens(each, phone) for each in cards])
    event, now = card.link.event, NOON
    for each, secret in zip(cards, secrets, strict=True):
        assert link_of_phone(event, each.link.pk, secret or "", now=now) == each.link

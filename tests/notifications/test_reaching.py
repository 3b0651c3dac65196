"""Whom a notice would reach, on which way, and what it costs, before it is sent."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.addresses import digest_of, number_of
from notifications.models import Channel, Delivery
from notifications.plan import telling
from notifications.reaching import looking
from notifications.reaching.rules import Hearer, Reach, reach
from notifications.rules import Importance, News, Timing, Word, ways
from tests.cast import NOON
from tests.notifications.families import TEXTS, make_notice, make_recipient
from tests.notifications.test_notice_rules import BIG, CRITICAL, NORMAL, examples

PUSH, SMS, EMAIL = Channel.PUSH, Channel.SMS, Channel.EMAIL
ONE = {"en": 1, "ar": 2}
hearers = st.builds(
    Hearer,
    language=st.sampled_from(["en", "ar"]),
    news=st.sampled_from(News),
    timing=st.sampled_from(Timing),
    browsers=st.integers(0, 2),
    phone=st.booleans(),
    email=st.booleans(),
)


def count(word: Word, *people: Hearer) -> Reach:
    return reach(people, word, segments=ONE, price=Decimal("0.08"))


@pytest.fixture
def channels(settings):
    """Text messages and e-mails go out."""
    settings.SMS = replace(settings.SMS, gateway="file", price=Decimal("0.08"), currency="EUR")
    settings.MAIL = replace(settings.MAIL, sender="news@games.example")


@pytest.mark.parametrize(
    ("importance", "has", "goes"),
    [
        ("normal", (1, True, True), (PUSH,)),
        ("normal", (0, True, True), (EMAIL,)),
        ("normal", (0, True, False), ()),
        ("big", (1, True, True), (PUSH,)),
        ("big", (0, True, True), (EMAIL,)),
        ("big", (0, True, False), (SMS,)),
        ("critical", (1, True, True), (PUSH, EMAIL)),
        ("critical", (1, True, False), (PUSH,)),
        ("critical", (0, True, True), (EMAIL, SMS)),
        ("critical", (0, False, False), ()),
    ],
)
def test_one_way_is_enough_unless_it_is_about_safety(importance, has, goes):
    browsers, phone, email = has
    assert ways(Importance(importance), browsers=browsers, phone=phone, email=email) == goes


def test_people_are_counted_by_the_way_that_reaches_them():
    everything = Hearer(language="en", browsers=2, phone=True, email=True)
    phone, nothing = Hearer(language="ar", phone=True), Hearer(language="en")
    asleep = replace(everything, timing=Timing.IN_THE_APP)
    people = (everything, phone, nothing, asleep)
    found = count(CRITICAL, *people)
    assert found == Reach(
        people=4, push=2, email=2, sms=1, sms_later=2, segments=2, segments_later=2, nobody=1, price=Decimal("0.08")
    )
    assert (found.cost, found.cost_at_most) == (Decimal("0.16"), Decimal("0.32"))
    assert count(BIG, *people) == Reach(
        people=4, push=1, sms=1, segments=2, only_list=1, nobody=1, price=Decimal("0.08")
    )
    assert count(NORMAL, *people) == Reach(people=4, push=1, only_list=2, nobody=1, price=Decimal("0.08"))


@examples
@given(st.sampled_from([NORMAL, BIG, CRITICAL]), st.lists(hearers, max_size=20))
def test_nobody_is_lost_in_the_count(word, people):
    found = count(word, *people)
    assert found.people == len(people)
    reached = sum(
        bool(each.browsers or each.phone or each.email) for each in people
    )  # each of these has some way, or only the list
    assert found.nobody == len(people) - reached
    assert max(found.push, found.email, found.sms) + found.only_list <= reached
    assert found.push + found.email + found.sms + found.only_list >= reached
    assert found.sms_later == 0 or word is CRITICAL
    assert found.cost <= found.cost_at_most


@pytest.mark.usefixtures("channels")
@pytest.mark.parametrize("people", [1, 3])
def test_outlook_takes_as_many_queries_for_one_as_for_three(games, people, django_assert_num_queries):
    hear = [make_recipient(games.event, phone=f"+35840123456{n}") for n in range(people)]
    make_recipient(games.event, browsers=0, phone="+358401234567")  # who is not asked about
    with django_assert_num_queries(1):
        found = looking.outlook(games.event, looking.hearers(games.event, hear), CRITICAL, TEXTS)
    assert found == Reach(people=people, push=people, sms_later=people, segments_later=people, price=Decimal("0.08"))


def test_what_does_not_work_here_reaches_nobody(games):
    """As nobody said by what text messages and e-mails go out."""
    family = make_recipient(games.event, browsers=0, phone="+358401234567", email="ann@home.example")
    assert looking.outlook(games.event, looking.hearers(games.event, [family]), CRITICAL, TEXTS).nobody == 1


@pytest.mark.usefixtures("channels")
def test_notice_is_planned_on_the_ways_that_the_outlook_told(games):
    number, mail = "+358401234567", "ann@home.example"
    family = make_recipient(games.event, browsers=0, phone=number, email=mail)
    notice = make_notice(games.event, importance="critical")
    planned = telling.send(notice, [family], now=NOON)
    assert [(each.channel, each.endpoint, each.state) for each in planned] == [
        (EMAIL, digest_of(mail), "queued"),
        (SMS, digest_of(number), "queued"),
    ]
    Delivery.objects.bulk_create(planned)
    assert [each for each in Delivery.objects.values_list() if number in str(each) or mail in str(each)] == []


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("+358 40 123 4567", "+358401234567"),
        ("00358 (40) 123-4567", "+358401234567"),
        ("040 123 4567", "0401234567"),  # of which country nobody knows
        ("+358‑40/123.4567", "+358401234567"),
    ],
)
def test_number_is_written_as_the_world_does(typed, number):
    assert number_of(typed) == number

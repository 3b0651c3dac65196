"""Notices at the desk. Who gets in is tried with all other pages, in tests/access."""

import pytest

from eventsync.access.ranks import Rank
from notifications.models import Channel
from notifications.rules import State
from tests.desk import staff, text_of
from tests.notifications.families import make_notice, make_recipient, owe

ARABIC = {"ar": {"title": "السباحة: مكان آخر", "body": "المسرح."}}
LIST = "/admin/notifications/notice/"


@pytest.fixture
def lead(games):
    return staff("leo", Rank.LEAD, games.event)


def test_before_there_is_any_the_list_says_so(lead, games):
    assert "0 notices" in text_of(lead.get(LIST))


def test_notice_shows_what_is_read_in_each_language_and_what_became_of_it(lead, games):
    notice = make_notice(games.event)
    notice.texts |= ARABIC
    notice.save()
    family = make_recipient(games.event)
    owe(notice, family, channel=Channel.IN_APP, endpoint="", state=State.ACCEPTED)
    owe(notice, family, state=State.HELD)
    page = lead.get(f"{LIST}{notice.pk}/change/")
    assert '<div lang="ar" dir="rtl"><p><strong>العربية: السباحة: مكان آخر</strong></p>' in page.content.decode()
    assert "English: Swim: another place" in text_of(page)
    assert "Waits for its time: 1" in text_of(page)


def test_notice_that_reached_no_phone_says_so(lead, games):
    page = text_of(lead.get(f"{LIST}{make_notice(games.event).pk}/change/"))
    assert "Nobody who was to hear of it has push on a phone." in page


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_as_many_queries_for_one_as_for_three(lead, games, count, django_assert_num_queries):
    for _ in range(count):
        owe(make_notice(games.event), make_recipient(games.event))
    lead.get(LIST)
    with django_assert_num_queries(8):
        assert f"{count} notice" in text_of(lead.get(LIST))


def test_nobody_sees_where_a_push_goes(lead, games):
    family = make_recipient(games.event)
    owed = owe(make_notice(games.event), family)
    pages = [f"/admin/notifications/recipient/{family.pk}/change/", f"/admin/notifications/delivery/{owed.pk}/change/"]
    for page in map(lead.get, pages):
        assert page.status_code == 200
        assert "push.example" not in page.content.decode()
        assert owed.endpoint not in page.content.decode()

"""Notices at the desk. Who gets in is tried with all other pages, in tests/access."""

import pytest

from eventsync.access.ranks import Rank
from eventsync.jobs.models import Alert
from notifications.budgets import keeping
from notifications.models import Channel, ChannelBudget, Delivery
from notifications.rules import State
from tests.cast import NOON, make_games
from tests.desk import staff, text_of
from tests.notifications.carried import ADDRESS, NUMBER, due_by, reachable
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
    assert "Push: Waits for its time: 1" in text_of(page)


def test_notice_that_reached_no_phone_says_so(lead, games):
    page = text_of(lead.get(f"{LIST}{make_notice(games.event).pk}/change/"))
    assert "Nobody who was to hear of it can be reached but by the list." in page


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_as_many_queries_for_one_as_for_three(lead, games, count, django_assert_num_queries):
    for _ in range(count):
        owe(make_notice(games.event), make_recipient(games.event))
    lead.get(LIST)
    with django_assert_num_queries(8):
        assert f"{count} notice" in text_of(lead.get(LIST))


def test_nobody_sees_a_number_or_an_address(lead, games):
    family = reachable(games.event)
    owed = due_by("sms", family)
    Delivery.objects.update(state=State.UNCERTAIN)
    pages = [f"/admin/notifications/{row._meta.model_name}/{row.pk}/change/" for row in (family, owed, owed.notice)]
    for page in (*pages, "/admin/notifications/recipient/", "/admin/notifications/delivery/"):
        text = lead.get(page).content.decode()
        assert [word for word in (NUMBER[1:], ADDRESS, owed.endpoint) if word in text] == []
    assert "Text message: Sent, but no answer came: 1" in text_of(lead.get(pages[2]))


def test_manager_changes_a_budget_and_nothing_that_was_counted(games):
    manager, row = staff("mia", Rank.MANAGER, games.event), "/admin/notifications/channelbudget/"
    answer = manager.post(f"{row}add/", {"event": games.event.pk, "channel": "sms", "limit": "10"})
    assert answer.status_code == 302
    keeping.take(games.event.pk, Channel.SMS, [(8, "critical")], now=NOON)
    budget = ChannelBudget.objects.get()
    assert Alert.objects.filter(cleared_at=None).count() == 2
    page = text_of(manager.get(f"{row}{budget.pk}/change/"))
    assert "Used: 8 Left for anything: 0 Left for what is critical: 2" in page
    manager.post(f"{row}{budget.pk}/change/", {"limit": "100", "used": "0", "channel": "email"})
    budget.refresh_from_db()
    assert (budget.limit, budget.used, budget.channel) == (100, 8, "sms")
    assert Alert.objects.filter(cleared_at=None).count() == 0


@pytest.mark.parametrize("count", [1, 3])
def test_budgets_take_as_many_queries_for_one_as_for_three(games, count, django_assert_num_queries):
    lead = staff("leo", Rank.LEAD, games.event)
    camps = [make_games(f"camp-{number}", people=0) for number in range(1, count)]
    for each in camps:
        staff("leo", Rank.LEAD, each.event)
    for each in (games, *camps):
        ChannelBudget.objects.create(event=each.event, channel="sms", limit=10)
    lead.get("/admin/notifications/channelbudget/")
    with django_assert_num_queries(9):
        text_of(lead.get("/admin/notifications/channelbudget/"))


def test_nobody_sees_where_a_push_goes(lead, games):
    family = make_recipient(games.event)
    owed = owe(make_notice(games.event), family)
    pages = [f"/admin/notifications/recipient/{family.pk}/change/", f"/admin/notifications/delivery/{owed.pk}/change/"]
    for page in map(lead.get, pages):
        assert page.status_code == 200
        assert "push.example" not in page.content.decode()
        assert owed.endpoint not in page.content.decode()

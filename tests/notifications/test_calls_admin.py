"""Calls at the desk: whose they are, the number behind a tap, and what came of it, which is kept."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User

from eventsync.access.ranks import Rank
from notifications.ladder.rules import Call
from notifications.models import CallTask
from tests.cast import NOON, make_games
from tests.desk import staff, text_of
from tests.notifications.carried import NUMBER, reachable
from tests.notifications.families import make_notice

LIST = "/admin/notifications/calltask/calls/"
ARABIC = {"ar": {"title": "السباحة: مكان آخر", "body": "المسرح."}}


@pytest.fixture
def lead(games):
    return staff("leo", Rank.LEAD, games.event)


def make_call(event, **said) -> CallTask:
    notice = make_notice(event, importance="critical")
    notice.texts |= ARABIC
    notice.save()
    whom = reachable(event, language="ar")
    return CallTask.objects.create(notice=notice, recipient=whom, due_at=NOON, made_at=NOON, changed_at=NOON, **said)


def page_of(task: CallTask) -> str:
    return f"/admin/notifications/calltask/{task.pk}/call/"


def log() -> list[str]:
    return list(LogEntry.objects.order_by("pk").values_list("change_message", flat=True))


def test_before_there_is_any_the_list_says_so(lead):
    assert "There is nobody to call." in text_of(lead.get(LIST))


def test_number_is_behind_a_tap_that_is_kept(lead, games):
    task = make_call(games.event)
    page = lead.get(page_of(task))
    assert NUMBER not in page.content.decode()
    assert '<div lang="ar" dir="rtl"><p><strong>السباحة: مكان آخر</strong></p>' in page.content.decode()
    assert "Swim: another place Saturday 4 July, 1 pm. Stage." in text_of(page)
    shown = lead.post(page_of(task), {"show": ""})
    assert f'<a class="number" href="tel:{NUMBER}">' in shown.content.decode()
    assert log() == ["Looked at the number."]
    assert NUMBER not in lead.get(LIST).content.decode() + lead.get(LIST.replace("calls/", "")).content.decode()


def test_language_is_named_so_that_whoever_calls_knows_it(lead, games):
    assert "They read Arabic." in text_of(lead.get(page_of(make_call(games.event))))


def test_outcome_is_noted_once_however_often_it_is_tapped(lead, games):
    task = make_call(games.event)
    said = {"outcome": "no_answer", "tries": "0"}
    first, second = lead.post(page_of(task), said, follow=True), lead.post(page_of(task), said, follow=True)
    assert "Noted: no answer." in text_of(first)
    assert "Tried 1 time: no answer." in text_of(first)
    assert "Somebody said what came of it meanwhile" in text_of(second)
    lead.post(page_of(task), {"outcome": "reached", "tries": "1"})
    task.refresh_from_db()
    assert (task.state, task.tries) == (Call.REACHED, 2)
    assert log() == ["Called: no answer.", "Called: they know now."]
    assert "Reached. Nobody need call." in text_of(lead.get(page_of(task)))


@pytest.mark.parametrize("wrong", [{"outcome": "dead", "tries": "0"}, {"outcome": "reached"}, {"owner": "0"}, {}])
def test_what_makes_no_sense_changes_nothing(lead, games, wrong):
    task = make_call(games.event)
    assert lead.post(page_of(task), wrong).status_code == 200
    assert CallTask.objects.filter(state=Call.OPEN, tries=0, owner=None).count() == 1


def test_call_is_given_to_another_lead_of_the_event_alone(lead, games):
    staff("maria", Rank.LEAD, games.event)
    staff("olga", Rank.OWNER, make_games("camp", people=0).event)
    task = make_call(games.event)
    page = lead.get(page_of(task)).content.decode()
    assert ("maria" in page, "olga" in page) == (True, False)
    maria = User.objects.get(username="maria")
    assert "maria is to call." in text_of(lead.post(page_of(task), {"owner": maria.pk}, follow=True))


def test_ones_own_calls_come_first(lead, games):
    user = User.objects.get(username="leo")
    other, mine = make_call(games.event), make_call(games.event, owner=user)
    page = lead.get(LIST).content.decode()
    assert page.index(page_of(mine)) < page.index(page_of(other))
    assert "You are to call." in text_of(lead.get(LIST))


def test_whoever_took_their_number_away_cannot_be_called(lead, games):
    task = make_call(games.event)
    type(task.recipient).objects.update(phone="")
    assert "They have taken their number away." in text_of(lead.get(page_of(task)))


def test_calls_are_for_leads_of_the_event(games):
    task = make_call(games.event)
    viewer = staff("vera", Rank.VIEWER, games.event)
    other = staff("olga", Rank.OWNER, make_games("camp", people=0).event)
    assert [each.get(page_of(task)).status_code for each in (viewer, other)] == [403, 404]
    assert viewer.get(LIST).status_code == 403
    assert "There is nobody to call." in text_of(other.get(LIST))


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_as_many_queries_for_one_as_for_three(lead, games, count, django_assert_num_queries):
    for _ in range(count):
        make_call(games.event)
    lead.get(LIST)
    with django_assert_num_queries(7):
        assert "Swim: another place" in text_of(lead.get(LIST))

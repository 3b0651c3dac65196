"""Notices by hand at the desk: written, seen, sent, undone, agreed to. Who gets in is tried with all pages, too."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from eventsync.access.ranks import Rank
from eventsync.jobs.models import Approval
from eventsync.schedule.models import Event
from notifications.hand import sending
from notifications.models import Delivery, HandNotice, Notice
from notifications.rules import State
from tests.cast import NOON, make_games
from tests.desk import staff, text_of
from tests.notifications.families import make_recipient
from tests.notifications.writing import LENA, now_of, written
from tests.schedule.plan.plans import HOUR, MINUTE, make_day, release

LIST = "/admin/notifications/handnotice/"
ADD, CHECK = f"{LIST}add/", f"{LIST}check/body/"


@pytest.fixture(autouse=True)
def at_noon(time_machine):
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def lead(games):
    return staff("lena", Rank.LEAD, games.event)


@pytest.fixture
def manager(games):
    return staff("mara", Rank.MANAGER, games.event)


def said(**more: Any) -> dict[str, Any]:
    texts = {"title_en": "Meet at the gate", "body_en": "Saturday 4 July, 3 pm. Gate 2. Please bring your water."}
    to = {"to": "everybody", "importance": "normal", "expires_at": "2026-07-04T20:00"}
    return {"key": uuid4(), "version": 0, **to, **texts} | more


def page_of(row: HandNotice) -> str:
    return f"{LIST}{row.pk}/change/"


def errors(answer: Any) -> list[str]:
    lists = re.findall(r'(?s)<ul class="errorlist".*?</ul>', answer.content.decode())
    return [each for found in lists for each in re.findall(r"<li>(.*?)</li>", found)]


def test_notice_is_written_seen_sent_and_taken_back(lead, games):
    make_recipient(games.event)
    form = lead.get(ADD).content.decode()
    assert 'value="2026-07-05T00:00"' in form  # the end of the day
    answer = lead.post(ADD, said())
    row = HandNotice.objects.get()
    assert (answer.status_code, answer.url) == (302, page_of(row))
    text = text_of(lead.get(page_of(row)))
    assert "Written, not sent. Nobody has heard of it. Send to 1 person Change it" in text
    assert "People: 1 Pushes: 1" in text
    assert "Lock screen Meet at the gate Saturday 4 July, 3 pm. Gate 2. Please bring your water." in text
    sent = lead.post(page_of(row), {"send": "", "version": 1}, follow=True)
    assert "It goes out at 12:01:00." in text_of(sent)
    assert 'data-refresh="3"' in sent.content.decode()
    again = lead.post(page_of(row), {"send": "", "version": 1}, follow=True)
    assert "It was sent already. Nobody hears it twice." in text_of(again)
    undone = lead.post(page_of(row), {"undo": ""}, follow=True)
    assert "It is taken back. Nobody heard of it." in text_of(undone)
    assert now_of(row).stage == "written"
    told = [each.get_change_message() for each in LogEntry.objects.filter(object_id=str(row.pk)).order_by("pk")]
    assert told == ["Written.", "It goes out in a minute. Until then you can take it back.",
                    "It is taken back. Nobody heard of it."]  # fmt: skip


def test_page_sent_twice_is_kept_once(lead):
    twice = said()
    assert [lead.post(ADD, twice).status_code for _ in range(2)] == [302, 302]
    assert HandNotice.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"body_en": "Come NOW!"}, "“Come NOW!” Write it without an exclamation mark."),
        ({"title_en": "x" * 41}, "A title has at most 40 characters"),
        ({"title_en": ""}, "This field is required."),
        ({"body_en": "{activity} begins."}, "“{activity}” Write here what it is."),
        ({"to": "groups"}, "Choose the groups."),
        ({"to": "venue:1"}, "Select a valid choice."),
        ({"expires_at": "2026-07-04T11:00"}, "This is over."),
    ],
)
def test_what_is_wrong_is_told_and_nothing_kept(lead, games, wrong, told):
    make_recipient(games.event, groups=["Finland"])
    answer = lead.post(ADD, said(**wrong))
    assert answer.status_code == 200
    assert [each for each in errors(answer) if told in each]
    assert not HandNotice.objects.exists()


def test_two_languages_are_both_looked_at_and_one_may_be_left_out(lead, games):
    Event.objects.update(languages=["fi", "ar"])
    make_recipient(games.event, language="fi")
    wrong = lead.post(ADD, said(title_fi="Tule HETI!", body_fi=""))
    assert "“Tule HETI!” Write it without an exclamation mark." in " ".join(errors(wrong))
    assert "Write the body." in " ".join(errors(wrong))
    finnish = {"title_fi": "Tavataan portilla", "body_fi": "Lauantaina kello 15. Portti 2.", "reviewed_fi": "on"}
    lead.post(ADD, said(**finnish))
    row = HandNotice.objects.get()
    assert (sorted(row.texts), row.reviewed) == (["en", "fi"], ["fi"])
    page = lead.get(page_of(row))
    text = text_of(page)
    assert "Suomi 1 person reads it" in text
    assert "العربية 0 people read it Nobody wrote it in this language: they read it as below." in text
    assert "Nobody has said that somebody who speaks English has read it." in text
    assert "Nobody has said that somebody who speaks Suomi has read it." not in text
    assert '<div lang="fi" dir="ltr"><p><strong>Tavataan portilla</strong></p>' in page.content.decode()


def test_page_says_whom_nothing_reaches(lead, games):
    make_recipient(games.event, browsers=2, groups=["Finland"])
    make_recipient(games.event, browsers=0, groups=["Norway"])
    make_recipient(games.event, timing="in_the_app")
    text = text_of(lead.get(page_of(written(games.event))))
    assert "People: 3 Pushes: 1 (browsers: 3)" in text
    assert "Only in their list, as they wish: 1" in text
    assert "Nothing reaches 1 person unless they look into their list: Norway : 1" in text


def test_at_night_the_page_says_that_it_waits(lead, games, time_machine):
    time_machine.move_to(NOON + 9 * HOUR, tick=False)
    row = written(games.event, expires_at=NOON + 24 * HOUR)
    assert "It is night there: pushes wait until 7:00." in text_of(lead.get(page_of(row)))


def test_change_is_another_version_and_who_looked_at_the_old_one_sends_nothing(lead, manager, games):
    row = written(games.event)
    assert "Meet at the gate" in lead.get(f"{LIST}{row.pk}/write/").content.decode()
    changed = lead.post(f"{LIST}{row.pk}/write/", said(key=row.pk, version=1, title_en="Meet at the pool"))
    assert changed.status_code == 302
    stale = manager.post(f"{LIST}{row.pk}/write/", said(key=row.pk, version=1))
    assert "Somebody else changed it meanwhile." in text_of(stale)
    sent = manager.post(page_of(row), {"send": "", "version": 1}, follow=True)
    assert sending.CHANGED in text_of(sent)
    assert now_of(row).texts["en"]["title"] == "Meet at the pool"


def test_critical_one_waits_for_another_person_on_its_own_page(lead, manager, games):
    row = written(games.event, importance="critical")
    assert "Ask another person to agree" in text_of(lead.get(page_of(row)))
    lead.post(page_of(row), {"send": "", "version": 1})
    approval = Approval.objects.get()
    assert lead.post(page_of(row), {"grant": "", "approval": approval.pk}).status_code == 403
    decide = manager.get(f"/admin/jobs/approval/{approval.pk}/decide/")
    assert (decide.status_code, decide.url) == (302, page_of(row))
    assert "lena asked for it." in text_of(manager.get(page_of(row)))
    other = manager.post(page_of(row), {"grant": "", "approval": approval.pk + 1}, follow=True)
    assert sending.CHANGED in text_of(other)
    agreed = manager.post(page_of(row), {"grant": "", "approval": approval.pk}, follow=True)
    assert "Approved. It is being done." in text_of(agreed)
    assert now_of(row).stage == "held"


def test_nobody_agrees_to_their_own(manager, games):
    row = written(games.event, importance="critical")
    manager.post(page_of(row), {"send": "", "version": 1})
    page = manager.get(page_of(row))
    assert "You asked for this yourself, so another person has to agree." in text_of(page)
    assert ">Approve</button>" not in page.content.decode()
    own = manager.post(page_of(row), {"grant": "", "approval": Approval.objects.get().pk}, follow=True)
    assert now_of(row).stage == "waiting"
    assert "another person has to approve it" in text_of(own)


def test_viewer_writes_and_sends_nothing(games):
    viewer, row = staff("vera", Rank.VIEWER, games.event), written(games.event)
    assert [viewer.get(each).status_code for each in (LIST, ADD, page_of(row), f"{LIST}{row.pk}/write/")] == [403] * 4
    assert viewer.post(page_of(row), {"send": "", "version": 1}).status_code == 403
    assert viewer.post(CHECK, {"text": "Go!", "of": games.event.pk}).status_code == 403
    assert now_of(row).stage == "written"


def test_lead_of_a_venue_writes_to_whoever_has_something_there(games):
    release(make_day(games).event)
    lea = staff("lea", Rank.LEAD, games.event, games.pool)
    form = lea.get(ADD).content.decode()
    assert ("Whoever has something at Pool" in form, "Everybody at the event" in form, "Main hall" in form) == (
        True, False, False,
    )  # fmt: skip
    for wrong in ("everybody", "groups", f"venue:{games.hall.pk}"):
        assert lea.post(ADD, said(to=wrong, groups="Finland")).status_code == 200
    lea.post(ADD, said(to=f"venue:{games.pool.pk}"))
    own, whole = HandNotice.objects.get(), written(games.event)
    assert own.venue == games.pool
    assert lea.post(page_of(own), {"send": "", "version": 1}, follow=True).status_code == 200
    assert now_of(own).stage == "held"
    assert lea.get(page_of(whole)).status_code == 200
    for at, body in ((page_of(whole), {"send": "", "version": 1}), (f"{LIST}{whole.pk}/write/", said(key=whole.pk))):
        assert lea.post(at, body).status_code == 403
    assert now_of(whole).stage == "written"


def test_nobody_takes_another_event_s_row_by_its_key(lead, games):
    other = written(make_games("camp", people=0).event)
    answer = lead.post(ADD, said(key=other.pk, version=1, title_en="Ours"))
    assert "Somebody else changed it meanwhile." in text_of(answer)
    assert now_of(other).texts["en"]["title"] == "Meet at the gate"


def check(client: Client, text: str, **more: Any) -> Any:
    return client.post(CHECK, {"text": text} | more)


def test_text_is_looked_at_while_somebody_types(lead, games):
    assert check(lead, "Come NOW!", of=games.event.pk, language="en").json() == {
        "language": "en",
        "findings": [
            {
                "words": "NOW",
                "instead": "Write it in small letters, or explain it among the event’s words.",
                "hard": True,
            },
            {"words": "Come NOW!", "instead": "Write it without an exclamation mark.", "hard": True},
        ],
        "more": 0,
        "note": "9 of 120 characters.",
    }
    assert check(lead, "", of=games.event.pk).json()["findings"] == []
    assert lead.get(CHECK).status_code == 405
    assert check(lead, "Go.").status_code == check(lead, "Go.", of=uuid4()).status_code == 404
    assert check(lead, "Go.", of="x").status_code == 400


def test_who_has_read_it_is_told_by_groups(lead, games, time_machine):
    for groups, browsers in ((["Finland"], 1), (["Finland", "Norway"], 2), (None, 0)):
        make_recipient(games.event, groups=groups, browsers=browsers)
    row = written(games.event, must_acknowledge=True)
    sending.send(row.pk, version=1, by=LENA, now=NOON)
    sending.go(row.pk, now=NOON + MINUTE)
    read = Delivery.objects.filter(recipient__groups=["Finland", "Norway"], channel="push")
    read.update(state=State.ACKNOWLEDGED)
    table = (
        "Who says that they read it Who Read it Not yet Of Everybody 1 2 3 Finland 1 1 2 "
        "Whoever hears of all groups 0 1 1 Norway 1 0 1"
    )
    assert table in text_of(lead.get(page_of(row)))
    assert table in text_of(lead.get(f"/admin/notifications/notice/{Notice.objects.get().pk}/change/"))


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_as_many_queries_for_one_as_for_three(lead, games, count, django_assert_num_queries):
    for _ in range(count):
        written(games.event)
    lead.get(LIST)
    with django_assert_num_queries(8):
        assert f"{count} notice" in text_of(lead.get(LIST))


@pytest.mark.parametrize("count", [1, 3])
def test_page_takes_as_many_queries_for_one_person_as_for_three(lead, games, count, django_assert_num_queries):
    for _ in range(count):
        make_recipient(games.event, groups=["Finland"])
    row = written(games.event)
    lead.get(page_of(row))
    with django_assert_num_queries(11):
        assert f"People: {count}" in text_of(lead.get(page_of(row)))


def test_text_that_changed_after_it_was_read_counts_as_unread_until_it_is_ticked_again(lead, games):
    lead.post(ADD, said(reviewed_en="on"))
    row = HandNotice.objects.get()
    assert row.reviewed == ["en"]
    page, told = f"{LIST}{row.pk}/write/", "Nobody has read it as it is now: English."

    def change(version: int, title: str, box: str) -> tuple[bool, list[str]]:
        more = {"key": row.pk, "version": version, "title_en": title, "reviewed_en": box}
        answer = lead.post(page, said(**more), follow=True)
        row.refresh_from_db()
        return told in text_of(answer), row.reviewed

    assert change(1, "Meet at the gate", "on") == (False, ["en"])
    assert change(row.version, "Meet at the door", "on") == (True, [])
    assert change(row.version, "Meet at the door", "on") == (False, ["en"])
    assert change(row.version, "Meet at the pool", "again") == (False, ["en"])

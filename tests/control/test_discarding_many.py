"""Many dead letters discarded together: looked at first, with one reason, by whoever may."""

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from eventsync.access.ranks import Rank
from eventsync.control.inbox import acting, finding, together
from eventsync.control.models import Replay
from notifications.models import Delivery
from tests.cast import Games
from tests.control.test_replays import INBOX, choose, page
from tests.desk import staff
from tests.notifications.carried import reachable
from tests.notifications.failing.letters import failed, listed, opened

WHY = {"discard": "", "reason": "Told by loudspeaker."}


@pytest.fixture
def lead(games: Games) -> Client:
    return staff("lea", Rank.LEAD, games.event)


def owed(games: Games, count: int) -> list[Delivery]:
    return [failed(reachable(games.event, phone=f"+35840000000{number}")) for number in range(count)]


def closed() -> list[tuple[str, str]]:
    return sorted(Delivery.objects.values_list("closed_by", "closed_why"))


def test_all_that_are_listed_are_discarded_with_one_reason(games, lead):
    rows = owed(games, 3)
    address = choose(lead, all="", kind="notice")
    assert "Discard all of them" in page(lead, address)
    answer = lead.post(address, WHY, follow=True)
    assert answer.request["PATH_INFO"] == INBOX
    assert "3 discarded, with your reason." in answer.content.decode()
    assert closed() == [("lea", "Told by loudspeaker.")] * 3
    assert (listed(lead), opened(), Replay.objects.count()) == ([], [], 0)
    noted = LogEntry.objects.filter(object_id__in=[each.pk for each in rows])
    assert {each.get_change_message() for each in noted} == {"Discarded: Told by loudspeaker."}
    assert noted.count() == 3


def test_only_those_that_were_chosen(games, lead):
    first, second = owed(games, 2)
    lead.post(choose(lead, letter=[f"notice:{first.pk}"]), WHY)
    assert listed(lead) == [str(second.pk)]


def test_without_a_reason_nothing_is_done(games, lead):
    owed(games, 2)
    address = choose(lead, all="")
    answer = lead.post(address, {"discard": "", "reason": " "})
    assert "Say why nothing is to be done." in answer.content.decode()
    assert (closed(), Replay.objects.count()) == ([("", "")] * 2, 1)


def test_twice_is_once_and_what_was_dealt_with_meanwhile_is_left_alone(games, lead):
    first, _ = owed(games, 2)
    address = choose(lead, all="")
    assert first.notice.event_id == games.event.pk
    other = staff("olli", Rank.LEAD, games.event)
    other.post(f"{INBOX}notice/{first.pk}/", {"discard": "", "reason": "Called."})
    said = lead.post(address, WHY, follow=True).content.decode()
    assert "1 discarded, with your reason. 1 had been dealt with before." in said
    assert lead.post(address, WHY).status_code == 404
    assert closed() == [("lea", "Told by loudspeaker."), ("olli", "Called.")]


def test_one_that_has_begun_is_not_discarded(games, lead):
    owed(games, 1)
    address = choose(lead, all="")
    lead.post(address, {"begin": ""})
    assert "it has begun already" in lead.post(address, WHY, follow=True).content.decode()
    assert closed() == [("", "")]


def test_one_that_begins_meanwhile_is_kept_and_no_more_of_it_is_discarded(games, lead, monkeypatch):
    owed(games, 3)
    address, discard = choose(lead, all=""), acting.discard

    def press_begin_after(*said):
        answer = discard(*said)
        together.begin(Replay.objects.get(), now=timezone.now())
        return answer

    monkeypatch.setattr(acting, "discard", press_begin_after)
    said = lead.post(address, WHY, follow=True).content.decode()
    assert "1 discarded, with your reason." in said
    assert "it has begun already" in said
    assert closed() == [("", "")] * 2 + [("lea", "Told by loudspeaker.")]
    assert Replay.objects.get().state == "running"


def test_error_leaves_the_rest_to_a_second_press(games, lead, monkeypatch):
    owed(games, 3)
    address, discard, broken = choose(lead, all=""), acting.discard, [False, True]

    def fail_at_second(*said):
        if broken and broken.pop(0):
            raise OSError("It rains.")
        return discard(*said)

    monkeypatch.setattr(acting, "discard", fail_at_second)
    with pytest.raises(OSError, match="rains"):
        lead.post(address, WHY)
    assert closed() == [("", "")] * 2 + [("lea", "Told by loudspeaker.")]
    assert "1 of those that you chose was dealt with meanwhile." in page(lead, address)
    said = lead.post(address, WHY, follow=True).content.decode()
    assert "2 discarded, with your reason. 1 had been dealt with before." in said
    assert (closed(), Replay.objects.count()) == ([("lea", "Told by loudspeaker.")] * 3, 0)


def test_beginning_what_was_discarded_a_moment_before_finds_nothing(games, lead, monkeypatch):
    owed(games, 1)
    address, begin = choose(lead, all=""), together.begin

    def too_late(replay, **said):
        together.discard(replay, "Called.")
        return begin(replay, **said)

    monkeypatch.setattr(together, "begin", too_late)
    assert lead.post(address, {"begin": ""}).status_code == 404
    assert (closed(), Replay.objects.count()) == ([("lea", "Called.")], 0)


def test_nobody_else_discards_what_somebody_chose_or_what_is_not_theirs(games, lead, monkeypatch):
    owed(games, 1)
    address = choose(lead, all="")
    assert staff("olli", Rank.LEAD, games.event).post(address, WHY).status_code == 403
    assert staff("vic", Rank.LEAD, games.event, games.hall).post(address, WHY).status_code == 404
    monkeypatch.setattr(finding, "may_act", lambda *_: False)  # the right was taken away meanwhile
    lead.post(address, WHY)
    assert closed() == [("", "")]

"""Many dead letters replayed together: looked at first, a few at a time, stopped by a brake or by a person."""

import html
import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from eventsync.access.ranks import Rank
from eventsync.control.inbox import together
from eventsync.control.inbox.finding import Asked
from eventsync.control.models import Replay, ReplayItem
from eventsync.jobs import queue, retention
from eventsync.jobs.models import Alert, Job
from eventsync.jobs.rules import Policy
from eventsync.jobs.seeing.letters import Fate
from eventsync.sync.models import Quarantined
from tests.cast import Games, Phone, make_phone
from tests.control.letters import dead_job, kept_aside
from tests.desk import alice, bob, charlie, staff

CHOOSE, INBOX = "/control/replays/", "/control/inbox/"
Later = Callable[[timedelta], None]


class Task:
    """What `test.note` does: notes its subjects, and fails while it is `broken`."""

    def __init__(self) -> None:
        self.done: list[UUID] = []
        self.broken = False

    def __call__(self, subject: UUID) -> None:
        if self.broken:
            raise OSError("It still rains.")
        self.done.append(subject)


@pytest.fixture
def task(monkeypatch: pytest.MonkeyPatch) -> Task:
    found = Task()
    monkeypatch.setitem(queue._tasks, "test.note", queue.Registered(found, Policy()))
    return found


def choose(client: Client, **said: Any) -> str:
    """The address of the page that says what it would be; or of the inbox."""
    return str(client.post(CHOOSE, said).headers["Location"])


def page(client: Client, address: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", client.get(address).content.decode()))


def numbers(client: Client, address: str) -> list[int]:
    """All, not replayed yet, on their way, well, failed again."""
    return [int(each) for each in re.findall(r"<dd>(\d+)</dd>", page(client, address))]


def work(later: Later, turns: int) -> None:
    for _ in range(turns):
        queue.run()
        later(together.PAUSE + timedelta(seconds=1))


def test_nothing_is_done_before_somebody_has_seen_what_it_would_be(
    games: Games, phone: Phone, task: Task, later: Later
) -> None:
    desk, hall = alice(), str(games.hall.id)
    jobs = [dead_job(partition=hall, at=timezone.now() - timedelta(hours=1)) for _ in range(2)]
    row = kept_aside(phone)
    keys = [f"job:{jobs[0].pk}", f"job:{jobs[1].pk}", f"record:{row.pk}"]
    address = choose(desk, letter=[*keys, keys[0], "job:x", "nothing:1", "record:0"])
    later_job = dead_job()
    found = page(desk, address)
    assert "<strong>3 would be replayed:</strong> 2 jobs of the server, 1 record of a phone. Nothing has begun" in found
    assert "<li>2 × The server could not do “test.note”.</li>" in found
    assert "<li>Main hall: 2</li> <li>Games: 1</li>" in found.replace("</li><li>", "</li> <li>")
    assert (task.done, Job.objects.filter(state="dead").count()) == ([], 3)
    assert desk.post(address, {"begin": ""}).status_code == 302
    work(later, 1)
    assert sorted(task.done) == sorted(job.subject for job in jobs)
    assert numbers(desk, address) == [3, 0, 0, 2, 1]
    assert "Done." in page(desk, address)
    assert f"/control/inbox/record/{row.pk}/" in page(desk, address)
    assert Job.objects.get(state="dead") == later_job
    assert LogEntry.objects.filter(object_id=str(jobs[0].pk)).count() == 1
    assert [each.get_change_message() for each in LogEntry.objects.filter(object_id=address.split("/")[-2])] == [
        "Began to replay 3 dead letters."
    ]


def test_all_that_are_listed_are_replayed_and_no_others(db: None, task: Task, later: Later) -> None:
    desk = alice()
    snow = [dead_job(error="It snowed.") for _ in range(3)]
    dead_job(), dead_job("test.other", error="It snowed.")
    address = choose(desk, all="", q="snow", kind="job")
    assert "<strong>4 would be replayed:</strong>" in page(desk, address)
    Job.objects.filter(task="test.other").delete()
    assert "1 of those that you chose was dealt with meanwhile." in page(desk, address)
    desk.post(address, {"begin": ""})
    work(later, 1)
    assert sorted(task.done) == sorted(job.subject for job in snow)


def test_few_of_one_place_go_at_once_and_the_next_ones_when_these_are_done(db: None, task: Task, later: Later) -> None:
    places = [str(uuid.UUID(int=number)) for number in (1, 2, 3)]
    for number in range(24):
        dead_job(partition=places[number % 3 if number < 6 else 0])
    replay = together.draft(User.objects.create_superuser("ann"), all_of("ann"), now=timezone.now())
    together.begin(replay, now=timezone.now())
    together.step(replay.pk)
    assert on_their_way(replay) == {places[0]: together.AT_ONCE, places[1]: 2, places[2]: 2}
    together.step(replay.pk)
    assert on_their_way(replay)[places[0]] == together.AT_ONCE
    queue.run()
    assert len(task.done) >= 9
    work(later, 12)
    replay.refresh_from_db()
    assert (replay.state, len(task.done), len(set(task.done))) == ("done", 24, 24)


def all_of(name: str) -> together.Chosen:
    return together.matching(User.objects.get(username=name), Asked())


def on_their_way(replay: Replay) -> dict[str, int]:
    found: dict[str, int] = {}
    for item, fate in together.fates(replay).items():
        if fate == Fate.WAITING:
            found[item.place] = found.get(item.place, 0) + 1
    return found


def test_it_stops_by_itself_when_they_fail_again_and_leaves_the_rest(db: None, task: Task, later: Later) -> None:
    desk, task.broken = alice(), True
    for _ in range(30):
        dead_job()
    address = choose(desk, all="")
    desk.post(address, {"begin": ""})
    work(later, 4)
    assert numbers(desk, address) == [30, 25, 0, 0, 5]
    assert "It stopped by itself: 5 failed again." in page(desk, address)
    rest = f'<a href="{address}">The rest of a replay of many waits</a>'
    assert rest in page(desk, "/control/inbox/")
    assert Job.objects.filter(state="dead").count() == 25
    assert Alert.objects.get(kind="replay_stopped").subject in address
    work(later, 4)
    assert numbers(desk, address)[1] == 25


def test_rest_of_one_that_was_stopped_goes_on_without_those_that_failed_again(
    db: None, task: Task, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(queue._tasks, "test.note", queue.Registered(task, Policy(retries=())))
    desk, helper, task.broken = alice(), bob("jobs.view_job", "jobs.change_job"), True
    for _ in range(12):
        dead_job()
    address = choose(desk, all="")
    desk.post(address, {"begin": ""})
    assert helper.post(address, {"rest": ""}).headers["Location"] == INBOX  # it runs
    work(later, 2)
    assert ("Replay the rest…" in page(helper, address), Job.objects.filter(state="dead").count()) == (True, 12)
    task.broken = False
    again = str(helper.post(address, {"rest": ""}).headers["Location"])
    assert "<strong>7 would be replayed:</strong>" in page(helper, again)
    assert task.done == []
    helper.post(again, {"begin": ""})
    work(later, 3)
    assert (numbers(helper, again), numbers(desk, address)) == ([7, 0, 0, 7, 0], [12, 7, 0, 0, 5])
    assert (len(task.done), Job.objects.filter(state="dead").count()) == (7, 5)
    assert desk.post(address, {"rest": ""}).headers["Location"] == INBOX  # nothing is left


def test_records_that_fail_again_stop_it_at_once(games: Games, phone: Phone, later: Later) -> None:
    phone.push(*(phone.record("strange.kind", {}) for _ in range(12)))
    desk = alice()
    address = choose(desk, all="", kind="record")
    desk.post(address, {"begin": ""})
    work(later, 2)
    assert numbers(desk, address) == [12, 7, 0, 0, 5]
    assert Quarantined.objects.filter(resolution="open").count() == 12


def test_a_person_stops_it_and_twice_is_once(db: None, task: Task, later: Later) -> None:
    for _ in range(30):
        dead_job()
    desk, helper = alice(), bob("jobs.view_job", "jobs.change_job")
    address = choose(desk, all="")
    assert helper.post(address, {"begin": ""}).status_code == 403
    desk.post(address, {"begin": ""})
    again = desk.post(address, {"begin": ""}, follow=True).content.decode()
    assert "Nothing was done. It is now: Running." in again
    assert "A replay of many is running" in page(helper, INBOX)
    work(later, 1)
    helper.post(address, {"stop": ""})
    done = len(task.done)
    work(later, 2)
    assert (0 < done < 30, len(task.done)) == (True, done)
    assert "<strong>Stopped.</strong> bob stopped it." in page(desk, address)
    assert "It is now: Stopped." in helper.post(address, {"stop": ""}, follow=True).content.decode()
    assert "Nothing was done." in desk.post(address, {"begin": ""}, follow=True).content.decode()


def test_each_replays_only_what_they_may(games: Games, phone: Phone, later: Later) -> None:
    rows = [kept_aside(phone), kept_aside(make_phone(games, venue=games.pool))]
    job, desk = dead_job(), staff("max", Rank.MANAGER, games.event, games.pool)
    letters = [f"record:{row.pk}" for row in rows] + [f"job:{job.pk}"]
    assert "<strong>1 would be replayed:</strong>" in page(desk, choose(desk, letter=letters))
    assert "<strong>1 would be replayed:</strong>" in page(desk, choose(desk, all=""))
    assert page(desk, INBOX).count('type="checkbox"') == 1
    reader = staff("lea", Rank.LEAD, games.event)
    assert (choose(reader, all=""), page(reader, INBOX).count('type="checkbox"')) == (INBOX, 0)
    theirs = choose(desk, all="")
    strangers = [reader, charlie(), bob("jobs.change_job"), staff("vic", Rank.MANAGER, games.event, games.hall)]
    assert [client.get(theirs).status_code for client in strangers] == [404] * 4
    assert [client.post(theirs, {"stop": ""}).status_code for client in strangers] == [404] * 4
    assert Client().get(theirs).status_code == 302


def test_who_loses_the_right_meanwhile_replays_nothing(games: Games, phone: Phone, later: Later) -> None:
    row, desk = kept_aside(phone), staff("max", Rank.MANAGER, games.event)
    address = choose(desk, all="")
    desk.post(address, {"begin": ""})
    User.objects.update(is_active=False)
    work(later, 1)
    assert ReplayItem.objects.get().told == "Left alone: max has no right to it any more."
    assert LogEntry.objects.filter(object_id=str(row.pk)).count() == 0


def test_no_more_than_the_oldest_five_hundred(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "MOST", 3)
    now = timezone.now()
    jobs = [dead_job(at=now - timedelta(minutes=number)) for number in range(5)]
    answer = alice().post(CHOOSE, {"all": ""}, follow=True).content.decode()
    assert "These are the oldest 3. Replay the others after them." in answer
    kept = ReplayItem.objects.order_by("id").values_list("key", flat=True)
    assert list(kept) == [str(job.pk) for job in reversed(jobs[2:])]


def test_a_turn_that_is_run_twice_releases_each_once(db: None, task: Task) -> None:
    dead_job()
    replay = together.draft(User.objects.create_superuser("ann"), all_of("ann"), now=timezone.now())
    together.begin(replay, now=timezone.now())
    together.step(replay.pk)
    together.step(replay.pk)
    queue.run()
    assert (len(task.done), LogEntry.objects.count()) == (1, 2)


def test_what_was_never_begun_is_cleared_away(db: None) -> None:
    desk = alice()
    dead_job()
    choose(desk, all="")
    now = timezone.now()
    assert "replays" not in retention.clear(now=now + timedelta(hours=11))
    assert retention.clear(now=now + timedelta(hours=25))["replays"] == 1

"""Replaying and discarding a dead letter: once, by who may, with its id and correlation, and noted."""

import html
import re
from collections.abc import Callable
from uuid import UUID

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client

from eventsync.access.ranks import Rank
from eventsync.control.inbox import acting
from eventsync.jobs import queue
from eventsync.jobs.models import Alert, Job, Sending
from eventsync.jobs.rules import Policy
from eventsync.jobs.seeing.letters import sources
from eventsync.jobs.webhooks import sending
from eventsync.sync.models import Operation, Quarantined
from tests.cast import Games, Phone, make_phone
from tests.control.letters import dead_job, kept_aside, untaken
from tests.desk import alice, bob, staff
from tests.jobs.receiver import listening
from tests.sync.test_quarantine import at_new_door, build
from tests.together import together

PAGE = "/control/inbox/"


def act(client: Client, kind: str, row: Job | Quarantined, **said: str) -> list[str]:
    """What the page says afterwards."""
    answer = client.post(f"{PAGE}{kind}/{row.pk}/", said, follow=True)
    assert answer.status_code == 200
    return re.findall(r'<li class="(?:success|warning)">(.*?)</li>', html.unescape(answer.content.decode()))


def noted(row: Job | Quarantined) -> list[str]:
    return [each.get_change_message() for each in LogEntry.objects.filter(object_id=str(row.pk)).order_by("pk")]


def dealt_with(state: str) -> list[str]:
    return [f"Nothing was done: it was dealt with before. It is now: {state}."]


@pytest.fixture
def mended(monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """What the task has worked on, now that it does not fail."""
    done: list[UUID] = []
    monkeypatch.setitem(queue._tasks, "test.note", queue.Registered(done.append, Policy()))
    return done


def test_job_is_replayed_under_its_id_and_correlation_once(db: None, mended: list[UUID]) -> None:
    job, desk = dead_job(), alice()
    assert act(desk, "job", job, replay="") == ["It is owed again, under the same id."]
    assert act(desk, "job", job, replay="") == dealt_with("Waiting")
    queue.run()
    after = Job.objects.get()
    assert (after.pk, after.correlation, after.state, after.attempts) == (job.pk, job.correlation, "done", 2)
    assert mended == [job.subject]
    assert act(desk, "job", job, discard="", reason="Late.") == dealt_with("Done")
    assert noted(job) == ["Replayed. It is owed again, under the same id."]


def test_job_is_discarded_with_a_reason_and_keeps_its_tries(db: None) -> None:
    job, desk = dead_job(), alice()
    page = desk.post(f"{PAGE}job/{job.pk}/", {"discard": "", "reason": " "}).content.decode()
    assert ("Say why nothing is to be done." in page, Job.objects.get().state) == (True, "dead")
    assert act(desk, "job", job, discard="", reason="The games are over.") == [
        "Discarded. It is kept in the list of jobs, with your reason."
    ]
    after = Job.objects.get()
    assert (after.state, after.error) == ("cancelled", "Discarded by alice: The games are over.")
    assert after.tries.get().error == "It rained."
    assert noted(job) == ["Discarded: The games are over."]
    assert act(desk, "job", job, replay="") == dealt_with("Cancelled")


def test_job_that_is_owed_by_a_newer_one_is_left_alone(db: None, mended: list[UUID]) -> None:
    old = dead_job(dedupe="once")
    queue.enqueue("test.note", old.subject, dedupe="once")
    assert act(alice(), "job", old, replay="") == [
        "Nothing was done: the same is owed by a newer job. Discard this one."
    ]
    assert Job.objects.filter(state="dead").get() == old


def test_record_is_applied_after_the_fix_byte_for_byte_and_once(games: Games, phone: Phone) -> None:
    door, operation = at_new_door(phone, games)
    phone.push(operation)
    row, desk = Quarantined.objects.get(), staff("max", Rank.MANAGER, games.event)
    sent = bytes(row.body)
    [told] = act(desk, "record", row, replay="")
    assert told.startswith("It still cannot be applied (invalid_payload)")
    build(door)
    assert act(desk, "record", row, replay="") == ["It was applied: the verdict is accepted."]
    assert act(desk, "record", row, replay="") == dealt_with("Applied")
    row.refresh_from_db()
    assert (bytes(row.body), str(Operation.objects.get().pk)) == (sent, operation["id"])
    assert noted(row) == [f"Replayed. {told}", "Replayed. It was applied: the verdict is accepted."]


def test_record_is_discarded_with_a_reason(games: Games, phone: Phone) -> None:
    row, desk = kept_aside(phone), alice()
    assert act(desk, "record", row, discard="", reason="A test.") == [
        "Discarded. It is kept, with your reason, and can be opened again."
    ]
    row.refresh_from_db()
    assert (row.resolution, row.resolved_by, row.reason) == ("discarded", "alice", "A test.")
    assert act(desk, "record", row, replay="") == dealt_with("Discarded")


def test_replay_of_what_a_webhook_did_not_take_switches_it_on_and_sends_all(db: None, settings: object) -> None:
    settings.WEBHOOKS_PRIVATE = True  # type: ignore[attr-defined]
    with listening() as receiver:
        _, first, job = untaken(receiver.url)
        told = act(alice(), "webhook", job, replay="")
        assert told == ["“Transport” was switched on: this and all that waits is sent."]
        queue.run()
        heard = dict(zip(receiver.ids, (each[1] for each in receiver.heard), strict=True))  # tests are in no order
        assert sorted(heard) == sorted(str(key) for key in Sending.objects.values_list("pk", flat=True))
        assert heard[str(first.pk)].decode() == first.body
    job.refresh_from_db()
    assert (job.state, job.attempts, Job.objects.filter(state="dead").count()) == ("done", 2, 0)
    assert Alert.objects.get(kind="webhook_off").cleared_at is not None


def test_message_that_is_discarded_is_not_sent_and_those_after_it_are(db: None, settings: object) -> None:
    settings.WEBHOOKS_PRIVATE = True  # type: ignore[attr-defined]
    with listening() as receiver:
        hook, first, job = untaken(receiver.url)
        assert act(alice(), "webhook", job, discard="", reason="They cannot read it.") == [
            "Discarded: it is not sent. It is kept, with your reason. “Transport” is still switched off."
        ]
        sending.switch_on(hook)
        queue.run()
        assert receiver.ids == [str(Sending.objects.exclude(pk=first.pk).get().pk)]
    assert '<td class="field-waiting">0</td>' in bob("jobs.view_webhook").get("/admin/jobs/webhook/").content.decode()
    first.refresh_from_db()
    assert (first.taken_at, first.discarded_at is not None) == (None, True)


def test_who_may_only_look_changes_nothing(games: Games, phone: Phone) -> None:
    row, job = kept_aside(phone), dead_job()
    looker = bob("jobs.view_job")
    reader, pool = staff("lea", Rank.LEAD, games.event), make_phone(games, venue=games.pool)
    manager, elsewhere = staff("max", Rank.MANAGER, games.event, games.pool), kept_aside(pool)
    for said in ({"replay": ""}, {"discard": "", "reason": "X"}):
        assert reader.post(f"{PAGE}record/{row.pk}/", said).status_code == 403
        assert manager.post(f"{PAGE}record/{row.pk}/", said).status_code == 404
        assert manager.post(f"{PAGE}job/{job.pk}/", said).status_code == 404
        assert looker.post(f"{PAGE}job/{job.pk}/", said).status_code == 403
    assert 'name="replay"' not in reader.get(f"{PAGE}record/{row.pk}/").content.decode()
    assert 'name="replay"' in manager.get(f"{PAGE}record/{elsewhere.pk}/").content.decode()
    assert (Quarantined.objects.filter(resolution="open").count(), Job.objects.get(pk=job.pk).state) == (2, "dead")


def test_a_request_from_another_page_is_refused(db: None) -> None:
    job = dead_job()
    alice()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get())
    assert strict.post(f"{PAGE}job/{job.pk}/", {"replay": ""}).status_code == 403
    assert Job.objects.get().state == "dead"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["replay", "discard"])
def test_two_at_once_do_it_once(what: str) -> None:
    job = dead_job()
    alice(), bob()
    source = sources["job"]

    def press(name: str) -> Callable[[], bool]:
        def pressed() -> bool:
            user, row = User.objects.get(username=name), Job.objects.get()
            if what == "replay":
                return acting.replay(user, source, row).done
            return acting.discard(user, source, row, "Over.").done

        return pressed

    assert sorted(together([press("alice"), press("bob")])) == [False, True]
    assert (Job.objects.get().state, len(noted(job))) == ("available" if what == "replay" else "cancelled", 1)

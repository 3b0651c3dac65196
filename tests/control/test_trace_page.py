"""/control/trace/: from one id to every step."""

import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone

from checkin.events import PeopleArrived
from eventsync.control.trace import story
from eventsync.jobs import alerts, publishing, queue
from eventsync.jobs.models import DomainEvent, Job
from eventsync.jobs.publishing import subscribe
from eventsync.jobs.rules import Policy
from eventsync.jobs.webhooks import sending
from eventsync.jobs.webhooks.models import Sending, Webhook
from tests.cast import Games, Phone
from tests.desk import alice, bob, charlie

PAGE = "/control/trace/"


@pytest.fixture
def kitchen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A subscriber that fails for good, and is gone after the test."""

    def fail(fact: PeopleArrived, row: DomainEvent) -> None:
        raise queue.Permanent("No more plates.")

    monkeypatch.setattr(publishing, "_subscribers", dict(publishing._subscribers))
    monkeypatch.setattr(queue, "_tasks", dict(queue._tasks))
    subscribe("kitchen", PeopleArrived, Policy(retries=()))(fail)


def steps(of: str) -> list[tuple[str, str]]:
    return [(step.what, step.words) for step in story(UUID(of))]


def test_from_an_operation_to_the_alert_in_order(games: Games, phone: Phone, kitchen: None) -> None:
    first, second = phone.arrive(games.people[0]), phone.arrive(games.people[1])
    phone.push(first, second)
    queue.run()
    found = steps(first["id"])
    assert [what for what, _ in found][:6] == ["Operation", "Verdict", "Change", "Domain event", "Job", "Try"]
    words = [said for _, said in found]
    visible = f"Visible in attendance:{games.hall.id} from position {first_seq(phone)} on."
    assert words[:3] == [
        "checkin.arrive was recorded on a phone.",
        "checkin.arrive arrived: accepted.",
        f"{visible} Phones that listen are told to look, as far as they can be reached.",
    ]
    assert words[3] == "people_arrived, version 1"
    assert words[4] == "kitchen is owed."
    assert words[5].startswith("kitchen, try 1 begins on ")
    assert "kitchen, try 1 failed: No more plates." in words
    assert "kitchen: Failed. No more plates." in words
    assert ("Alert", "A job has failed for good: kitchen. No more plates. (Open)") in found
    times = [step.at for step in story(UUID(first["id"]))]
    assert times == sorted(times)
    # The other operation of the batch is told of by the same domain event, and nothing of the first.
    assert steps(second["id"]) == found
    assert story(UUID(second["id"]))[0].page == ("admin:sync_operation_change", second["id"])


def first_seq(phone: Phone) -> int:
    return int(phone.pull(f"attendance:{phone.games.hall.id}")[1][-1]["seq"])


def test_from_a_job_to_what_it_began_with(games: Games, phone: Phone, kitchen: None) -> None:
    operation = phone.arrive(games.people[0])
    phone.push(operation)
    assert steps(str(Job.objects.get().pk)) == steps(operation["id"])


def test_what_goes_to_a_webhook_is_a_step_until_it_is_taken_or_discarded(
    committed: None, games: Games, phone: Phone
) -> None:
    hook = Webhook.objects.create(name="Transport", url="https://transport.example", names=["people_arrived"])
    operation = phone.arrive(games.people[0])
    phone.push(operation)
    told = [("Sending", "It is to go to Transport.")]
    assert [each for each in steps(operation["id"]) if each[0] == "Sending"] == told
    Sending.objects.update(taken_at=timezone.now(), status=204)
    told.append(("Sending", "Transport took it: 204."))
    assert [each for each in steps(operation["id"]) if each[0] == "Sending"] == told
    alone = sending.send_test(hook)
    assert sending.discard(alone, now=timezone.now())
    found = steps(str(alone.id))
    assert [what for what, _ in found] == ["Sending", "Job", "Sending"]
    assert found[2][1] == "It is not to go to Transport any more."


def test_what_was_kept_aside_is_a_step(games: Games, phone: Phone) -> None:
    operation = phone.record("checkin.unheard_of", {})
    phone.push(operation)
    found = steps(operation["id"])
    assert ("Quarantine", "Kept aside, unknown_kind: This server does not know that kind of operation.") in found
    assert (
        "Verdict",
        "checkin.unheard_of arrived: quarantined: This server does not know that kind of operation.",
    ) in (found)


def test_alert_about_an_operation_is_a_step(games: Games, phone: Phone) -> None:
    operation = phone.arrive(games.people[0])
    phone.push(operation)
    alerts.alert(kind="handler_error", subject=operation["id"], message="It failed.", now=timezone.now())
    assert steps(operation["id"])[-1] == ("Alert", "It failed. (Open)")


def test_others_steps_are_not_told(games: Games, phone: Phone, kitchen: None) -> None:
    mine = phone.arrive(games.people[0])
    phone.push(mine)
    before = steps(mine["id"])
    phone.push(phone.arrive(games.people[1]))
    assert steps(mine["id"]) == before


def test_page_shows_each_step_with_its_link(games: Games, phone: Phone) -> None:
    operation = phone.arrive(games.people[0])
    phone.push(operation)
    page = alice().get(PAGE, {"id": f" {operation['id'].upper()} "}).content.decode()
    assert re.findall(r"<strong>(.*?)</strong>", page.split('<ol class="steps">')[1]) == [
        "Operation",
        "Verdict",
        "Change",
        "Domain event",
    ]
    assert f"/admin/sync/operation/{operation['id']}/change/" in page


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ("", 200, "The id of a record"),
        ("<b>", 400, "That is no id"),
        (str(UUID(int=7)), 200, "Nothing here began with 00000000-0000-0000-0000-000000000007."),
    ],
)
def test_nonsense_and_unknown_ids_get_a_sentence(db: None, asked: str, status: int, said: str) -> None:
    answer = alice().get(PAGE, {"id": asked} if asked else {})
    assert (answer.status_code, said in answer.content.decode(), "<b>" in answer.content.decode()) == (
        status,
        True,
        False,
    )


def test_bob_who_may_see_jobs_and_records_may_charlie_must_not(db: None) -> None:
    asked = {"id": str(uuid4())}
    reader = bob("jobs.view_job", "sync.view_operation")
    assert [client.get(PAGE, asked).status_code for client in (reader, charlie(), Client())] == [200, 403, 302]


def test_a_jobs_page_leads_to_its_story(db: None) -> None:
    job = Job.objects.create(task="send", subject=uuid4(), correlation=uuid4(), due_at=timezone.now() + timedelta(1))
    page = alice().get(f"/admin/jobs/job/{job.pk}/change/").content.decode()
    assert f'href="{PAGE}?id={job.correlation}"' in page


@pytest.mark.parametrize("count", [20, 250])
def test_a_story_that_is_too_long_says_that_there_may_be_more(db: None, count: int) -> None:
    whole, now = uuid4(), timezone.now()
    made = {"task": "test.note", "subject": whole, "correlation": whole, "created_at": now, "due_at": now}
    Job.objects.bulk_create(Job(id=uuid4(), **made) for _ in range(count))
    page = alice().get(PAGE, {"id": str(whole)}).content.decode()
    assert ("there may be more" in page) == (count > 200)


def test_replays_are_steps_by_whom_and_under_the_same_id(games: Games, phone: Phone, kitchen: None) -> None:
    operation = phone.arrive(games.people[0])
    phone.push(operation)
    queue.run()
    job = Job.objects.get(state="dead")
    desk = alice()
    desk.post(f"/control/inbox/job/{job.pk}/", {"replay": "1"})
    queue.run()
    desk.post("/admin/jobs/job/", {"action": "try_again", "_selected_action": [str(job.pk)]})
    queue.run()
    found = [each for each in steps(operation["id"]) if each[0] in {"Replay", "Try"}]
    name = "kitchen, by alice."
    assert [words for what, words in found if what == "Replay"] == [
        f"{name} It is owed again, under the same id.", name,
    ]  # fmt: skip
    assert [what for what, _ in found] == ["Try", "Try", "Replay", "Try", "Try", "Replay", "Try", "Try"]
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("dead", 3)

"""Edited replay: a dead job is done again with another payload, exactly as another person agreed to it."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from eventsync.jobs import queue
from eventsync.jobs.approvals import deciding
from eventsync.jobs.corrections import proposing
from eventsync.jobs.corrections.models import Correction
from eventsync.jobs.corrections.proposing import Refused, propose
from eventsync.jobs.models import Approval, DomainEvent, Job, Sending
from eventsync.jobs.rules import Somebody
from eventsync.jobs.webhooks.sending import SEND
from eventsync.privacy.registry import holdings
from eventsync.privacy.words import GONE
from tests.control.letters import dead_job, untaken
from tests.desk import alice
from tests.jobs.approving import ALICE, BOB, CHARLIE, Later
from tests.jobs.correcting import BEGAN, Kitchen, asked, kitchen
from tests.jobs.receiver import listening

__all__ = ["kitchen"]
EVENT = UUID(int=1)
NINE = '{"event":null,"venue":null,"plates":9,"note":""}'


def ask(job: Job, typed: str = NINE, *, by: Somebody = ALICE, reason: str = "Three went home.") -> Correction | Refused:
    return propose(job.pk, typed=typed, reason=reason, by=by, now=timezone.now())


def say(name: str, correction: Correction | Refused, by: Somebody, **said: str) -> tuple[bool, str]:
    """What somebody says of the request of a correction."""
    assert isinstance(correction, Correction)
    approval = Approval.objects.filter(subject=correction.pk).latest("pk")
    answer = getattr(deciding, name)(approval.pk, by=by, now=timezone.now(), **said)
    return answer.done, answer.told


def test_it_runs_again_under_its_id_with_what_another_person_agreed_to(kitchen: Kitchen) -> None:
    job = kitchen.fail()
    original = DomainEvent.objects.get().body
    correction = ask(job)
    queue.run()
    assert (kitchen.served, Job.objects.get(pk=job.pk).state) == ([], "dead")
    assert say("grant", correction, ALICE) == (False, deciding.OWN)
    assert say("grant", correction, BOB) == (True, "Approved. It is being done.")
    assert say("grant", correction, CHARLIE) == (False, "It does not wait any more: approved, by bob.")
    queue.run()
    after = Job.objects.get(pk=job.pk)
    assert (after.state, after.attempts, after.correlation) == ("done", 2, BEGAN)
    assert (kitchen.served, kitchen.counted) == ([9], [12])  # who else hears of it hears what happened
    kept = Correction.objects.get()
    assert (kept.original, kept.corrected, kept.reason) == (original, NINE, "Three went home.")
    assert DomainEvent.objects.get().body == original
    approval = Approval.objects.get()
    assert (approval.asked_name, approval.decided_name, kept.applied_at) == ("alice", "bob", approval.decided_at)


def test_the_list_of_what_waits_tells_nothing_of_the_payload(kitchen: Kitchen) -> None:
    ask(kitchen.fail(note="For Maria"), NINE.replace('""', '"For Zoë"'), reason="Zoë it is.")
    approval = Approval.objects.get()
    assert approval.sentence == "Run test.kitchen once more, with another payload."
    assert [word for word in ("Maria", "Zoë", "plates") if word in approval.content] == []


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("plates", "This is no JSON: line 1, column 1: Expecting value."),
        (
            '{"plates": "nine"}',
            "This cannot be read as meal_counted, version 1: Expected `int`, got `str` - at `$.plates`.",
        ),
        ("[9]", "This cannot be read as meal_counted, version 1: Expected `object`, got `array`."),
        ('{"plates": 9, "cups": 9}', "meal_counted says nothing under the name “cups”."),
        ('{ "note": "", "plates": 12, "venue": null, "event": null }', proposing.UNCHANGED),
    ],
)
def test_what_cannot_take_its_place_is_refused_and_nothing_waits(kitchen: Kitchen, typed: str, why: str) -> None:
    assert ask(kitchen.fail(), typed) == Refused("payload", why)
    assert (asked(), Correction.objects.count()) == ([], 0)


def test_reason_and_a_payload_are_needed(kitchen: Kitchen) -> None:
    assert ask(kitchen.fail(), reason=" ") == Refused("reason", proposing.NO_REASON)
    assert ask(dead_job()) == Refused("job", proposing.NO_PAYLOAD)
    assert asked() == []


def test_request_is_over_once_the_job_is_replayed_as_it_was(kitchen: Kitchen) -> None:
    job = kitchen.fail()
    correction, kitchen.plates = ask(job), 20
    assert queue.replay(job.pk, now=timezone.now())
    assert asked() == ["invalidated"]
    queue.run()
    assert say("grant", correction, BOB) == (False, "It does not wait any more: changed meanwhile.")
    queue.run()
    assert (kitchen.served, Correction.objects.get().applied_at) == ([12], None)
    assert ask(job) == Refused("job", proposing.NOT_DEAD)


def test_request_is_over_once_the_job_is_discarded(kitchen: Kitchen) -> None:
    job = kitchen.fail()
    correction = ask(job)
    assert queue.cancel(job.pk, why="Over.", now=timezone.now())
    assert asked() == ["invalidated"]
    say("grant", correction, BOB)
    queue.run()
    assert (kitchen.served, Job.objects.get(pk=job.pk).state) == ([], "cancelled")


def test_request_of_a_job_that_left_the_dead_otherwise_is_found_to_be_over(kitchen: Kitchen) -> None:
    job = kitchen.fail()
    ask(job)
    Job.objects.filter(pk=job.pk).update(state="done")
    deciding.sweep(timezone.now())
    assert asked() == ["invalidated"]


def test_newer_proposal_takes_the_place_of_the_older_and_the_same_is_asked_once(kitchen: Kitchen) -> None:
    job = kitchen.fail()
    first = ask(job)
    told = "alice has asked for exactly this: it waits for another person."
    assert ask(job, NINE.replace(",", ", "), by=BOB) == Refused("payload", told)
    second = ask(job, NINE.replace("9", "8"), by=BOB)
    assert asked() == ["invalidated", "requested"]
    assert say("grant", first, CHARLIE)[0] is False
    assert say("grant", second, ALICE)[0] is True
    queue.run()
    assert kitchen.served == [8]


def test_rejected_or_forgotten_leaves_the_job_as_it_is(kitchen: Kitchen, later: Later) -> None:
    job = kitchen.fail()
    assert say("reject", ask(job), BOB, reason="Ask them first.") == (True, "Rejected. It is not done.")
    ask(job)
    later(timedelta(days=7))
    deciding.sweep(timezone.now())
    queue.run()
    assert (asked(), kitchen.served) == (["rejected", "expired"], [])
    assert Job.objects.get(pk=job.pk).state == "dead"


def test_broken_glass_runs_it_at_once_and_another_person_reviews(kitchen: Kitchen) -> None:
    correction = ask(kitchen.fail())
    assert say("force", correction, ALICE, reason="They are hungry.")[0]
    queue.run()
    assert (kitchen.served, asked()) == ([9], ["forced"])
    assert say("review", correction, ALICE, found="Fine.") == (False, deciding.OWN_REVIEW)
    assert say("review", correction, BOB, found="Fine.")[0]


def test_one_that_fails_again_keeps_what_was_agreed_and_can_be_corrected_again(kitchen: Kitchen) -> None:
    job = kitchen.fail()
    eleven = NINE.replace("9", "11")
    say("grant", ask(job, eleven), BOB)
    queue.run()
    kitchen.plates = 11
    assert Job.objects.get(pk=job.pk).state == "dead"
    second = ask(job)
    assert (second.original, kitchen.served) == (eleven, [])  # type: ignore[union-attr]
    queue.replay(job.pk, now=timezone.now())
    queue.run()
    assert kitchen.served == [11]


def test_what_is_owed_by_a_newer_job_is_not_decided(kitchen: Kitchen) -> None:
    job = kitchen.fail()
    correction = ask(job)
    Job.objects.filter(pk=job.pk).update(dedupe="once")
    queue.enqueue("test.kitchen", uuid4(), dedupe="once")
    assert say("grant", correction, BOB) == (False, proposing.OWED)
    assert (asked(), Correction.objects.get().applied_at) == (["requested"], None)
    assert Job.objects.get(pk=job.pk).state == "dead"


def test_message_to_another_system_goes_out_corrected_and_signed(
    committed: None, kitchen: Kitchen, settings: Any
) -> None:
    settings.WEBHOOKS_PRIVATE = True
    with listening() as receiver:
        _, first, job = untaken(receiver.url)
        said = json.loads(first.body)
        other = Refused(
            "payload", "Only what is under “data” can be corrected: all around it says which message it is."
        )
        assert ask(job, json.dumps(said | {"id": "another"})) == other
        assert ask(job, json.dumps(said["data"])) == other
        said["data"] = {"message": "A test for Transport, in other words."}
        say("grant", ask(job, json.dumps(said)), BOB)
        queue.run()
        heard = dict(zip(receiver.ids, (each[1] for each in receiver.heard), strict=True))  # tests are in no order
        assert sorted(heard) == sorted(str(key) for key in Sending.objects.values_list("pk", flat=True))
        assert json.loads(heard[str(first.pk)]) == said
    first.refresh_from_db()
    assert (first.taken_at is not None, json.loads(first.body)["data"]) == (True, {"message": "A test for Transport."})
    page = alice().get(f"/admin/jobs/sending/{first.pk}/change/").content.decode()
    assert page.count("A test for Transport, in other words.") == 1


def test_data_of_a_message_must_be_what_the_domain_event_can_say(committed: None, kitchen: Kitchen) -> None:
    untaken()
    kitchen.fail()
    sending = Sending.objects.get(domain_event__isnull=False)
    job = dead_job(SEND, subject=sending.pk)
    said = json.loads(sending.body) | {"data": {"plates": None}}
    told = "This cannot be read as meal_counted, version 1: Expected `int`, got `null` - at `$.plates`."
    assert ask(job, json.dumps(said)) == Refused("payload", told)


def test_what_was_typed_goes_with_the_data_of_its_event_and_the_job_is_as_it_was(kitchen: Kitchen) -> None:
    jobs = [kitchen.fail(event=event) for event in (EVENT, uuid4())]
    for job in jobs:
        say("grant", ask(job, f'{{"event":"{job.event_id}","plates":11}}'), BOB)
    queue.run()
    ask(jobs[0], f'{{"event":"{EVENT}","plates":9}}')
    [holding] = [each for each in holdings() if each.name == "corrections"]
    holding.sweep(EVENT)
    texts = Correction.objects.values_list("original", "corrected", "reason")
    assert [GONE in each for each in texts] == [True, False, True]
    assert asked() == ["granted", "granted", "invalidated"]
    kitchen.plates = 20
    for job in jobs:
        queue.replay(job.pk, now=timezone.now())
    queue.run()
    assert sorted(kitchen.served) == [11, 12]

"""Whose the work and the alerts are that come of what happens: of the venue or the event where it happened."""

from copy import deepcopy
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from eventsync.control.inbox import together
from eventsync.control.inbox.finding import Asked
from eventsync.jobs import publishing, queue
from eventsync.jobs.models import Alert, DomainEvent, Job
from eventsync.jobs.publishing import subscribe
from eventsync.jobs.rules import Partition, Policy
from eventsync.sync.events import OperationsQuarantined
from tests.access.partitions import make_jobs, partitions
from tests.cast import Games, make_phone


def whose(row: Job | Alert) -> tuple[UUID | None, UUID | None]:
    return row.event_id, row.venue_id


def test_alerts_and_jobs_of_what_a_phone_does_are_of_its_venue(games: Games, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "_subscribers", deepcopy(publishing._subscribers))
    monkeypatch.setitem(queue._tasks, "kitchen", queue.Registered(lambda subject: None, Policy()))

    def fail(fact: OperationsQuarantined, row: DomainEvent) -> None:
        raise queue.Permanent("No more plates.")

    subscribe("kitchen", OperationsQuarantined, Policy(retries=()))(fail)
    lead, person = make_phone(games, profile="lead", venue=games.hall), str(games.people[0].pk)
    tried = {"person": person, "checkpoint": str(games.gate.pk), "right": False}
    lead.push(lead.record("strange.kind", {}), checksum_mismatch=f"attendance:{games.hall.pk}")
    lead.push(*(lead.record("checkin.release_try", tried) for _ in range(3)))
    lead.push(lead.record("checkin.propose_safety", {"person": person, "kind": "dietary", "text": "Nuts"}))
    queue.run()
    event, hall = (games.event.pk, None), (games.event.pk, games.hall.pk)
    assert {row.kind: whose(row) for row in Alert.objects.all()} == {
        "quarantined": hall,
        "checksum_mismatch": hall,
        "release_code": hall,
        "safety_proposal": event,
        "dead_letter": event,  # of the job, which is of the fact: what is kept aside may be of any venue
    }
    assert {whose(row) for row in Job.objects.filter(task="kitchen")} == {event}


def test_job_tells_of_its_end_whose_it_was(games: Games, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(queue._tasks, "wash", queue.Registered(lambda subject: None, Policy()))
    queue.enqueue("wash", UUID(int=1), partition=Partition(games.event.pk, games.pool.pk))
    queue.run()
    row = DomainEvent.objects.get(name="job_done")
    assert (row.event_id, row.partition) == (games.event.pk, str(games.pool.pk))


@pytest.mark.parametrize(
    ("words", "of"),
    [(["hall"], "hall"), (["hall", "pool"], "whole"), (["whole"], "whole"), (["hall", "camp"], "server")],
)
def test_replay_that_stopped_is_of_the_place_of_all_its_letters(games: Games, words: list[str], of: str) -> None:
    known = partitions(games)
    make_jobs({word: known[word] for word in words})
    user = User.objects.create_superuser("ann")
    replay = together.draft(user, together.matching(user, Asked()), now=timezone.now())
    assert together._whose(replay) == known[of]
    make_jobs({"server": known["server"]})
    replay = together.draft(user, together.matching(user, Asked()), now=timezone.now())
    assert together._whose(replay) == known["server"]

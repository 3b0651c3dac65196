"""What phones are told while the queue of jobs is long: what they recorded is taken, all else comes later."""

import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from eventsync.jobs import pressure
from eventsync.jobs.models import Job
from eventsync.jobs.pressure import Depth
from eventsync.jobs.rules import Priority
from eventsync.jobs.tally import Tally
from eventsync.sync.enrolment import invite
from eventsync.sync.models import Operation
from eventsync.sync.registry import registry
from tests.cast import Games, Phone, make_phone

KIND = "checkin.hold"  # as if it were of another class


@pytest.fixture(autouse=True)
def _short(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DROPPABLE_JOBS, settings.IMPORTANT_JOBS = (1, 2), (3, 5)
    monkeypatch.setattr(pressure, "depth", Depth())
    monkeypatch.setattr(pressure, "tally", Tally())
    monkeypatch.setattr(registry.kinds[KIND].fact, "priority", Priority.IMPORTANT)


@pytest.fixture
def lead(games: Games) -> Phone:
    return make_phone(games, profile="lead")


def fill(jobs: int) -> None:
    Job.objects.bulk_create([Job(task="core", subject=uuid.uuid4(), priority=0) for _ in range(jobs)])
    pressure.depth._counted.clear()


def hold(phone: Phone) -> dict[str, Any]:
    return phone.record(KIND, {"person": str(phone.games.people[0].id), "desk": "lead"})


def verdicts(phone: Phone, *operations: dict[str, Any]) -> list[tuple[str, bool]]:
    return [(each["verdict"], each["replayed"]) for each in phone.push(*operations)]


def enrolling(games: Games) -> Any:
    code = invite(event_id=games.event.id, venue_id=None, profile="door", uses=1, now=timezone.now()).code
    asked = {"code": code, "device": str(uuid.uuid4()), "name": "Phone", "app_version": "test", "protocol": 1}
    return Client().post("/api/v1/enrol", asked, content_type="application/json")


def test_what_people_recorded_is_taken_however_long_the_queue_is(games: Games, phone: Phone) -> None:
    fill(100)
    assert verdicts(phone, *map(phone.arrive, games.people)) == [("accepted", False)] * 5
    assert phone.push() == []


def test_beyond_the_soft_limit_other_operations_stay_on_the_phone(games: Games, lead: Phone) -> None:
    stored, late = hold(lead), hold(lead)
    assert verdicts(lead, stored) == [("accepted", False)]
    fill(3)
    sent = late, lead.arrive(games.people[1]), stored
    assert verdicts(lead, *sent) == [("retry", False), ("accepted", False), ("accepted", True)]
    assert verdicts(lead, late) == [("retry", False)]
    assert not Operation.objects.filter(id=late["id"]).exists()
    Job.objects.all().delete()
    fill(0)
    assert verdicts(lead, late) == [("accepted", False)]


def test_beyond_the_hard_limit_a_batch_without_anything_core_is_to_come_later(games: Games, lead: Phone) -> None:
    fill(5)
    late = hold(lead)
    answer = lead.post({"protocol": 1, "operations": [late]})
    assert (answer.status_code, answer.json()["error"]["code"], answer["Retry-After"]) == (429, "slow_down", "30")
    assert verdicts(lead, late, lead.arrive(games.people[1])) == [("retry", False), ("accepted", False)]


def test_beyond_the_hard_limit_a_new_phone_is_asked_to_come_later_and_its_code_stays_good(games: Games) -> None:
    fill(4)
    assert enrolling(games).status_code == 201
    fill(1)
    answer = enrolling(games)
    assert (answer.status_code, answer.json()["error"]["code"], answer["Retry-After"]) == (429, "slow_down", "30")
    Job.objects.all().delete()
    fill(0)
    assert enrolling(games).status_code == 201

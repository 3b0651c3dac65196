"""Two who change or settle the same safety data at the same moment: one version each, and nobody overwrites unseen."""

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import connection

from checkin import roster
from checkin.models import SafetyEntry, SafetyProposal
from checkin.privacy import erasing, finding
from tests.cast import Games, make_games
from tests.checkin.safety import Lead, make_lead, noted
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def games(transactional_db: None) -> Games:
    return make_games(people=1)


@pytest.fixture
def leads(games: Games) -> list[Lead]:
    return [make_lead(games) for _ in range(4)]


def test_of_four_who_change_one_version_at_once_one_is_confirmed_and_the_others_see_both(leads: list[Lead]) -> None:
    for version in range(5):
        puts = [partial(lead.put, f"{number}, after {version}", version) for number, lead in enumerate(leads)]
        answers = together(puts)
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
        [confirmed] = [answer.json() for answer in answers if answer.status_code == 200]
        told = [answer.json()["error"]["fields"]["confirmed"] for answer in answers if answer.status_code == 409]
        assert told == [confirmed] * 3
    assert (SafetyEntry.objects.get().version, len(noted())) == (5, 5)


def test_proposal_that_is_accepted_twice_at_once_counts_once(leads: list[Lead]) -> None:
    door, *others = leads
    for version in range(5):
        operation = door.propose(f"Text {version}")
        door.phone.push(operation)
        accepts = [partial(lead.decide, operation["id"], accept=True, expected=version) for lead in others]
        assert [answer.status_code for answer in together(accepts)].count(200) == 1
        assert door.entry() == (f"Text {version}", version + 1)
    assert SafetyEntry.objects.get().version == 5


def test_change_and_acceptance_at_once_are_one_after_the_other_or_one_alone(leads: list[Lead]) -> None:
    door, lead, other, _ = leads
    for number in range(8):
        operation = door.propose(f"Proposed {number}")
        door.phone.push(operation)
        changed, accepted = together(
            [
                partial(lead.put, f"Changed {number}", number),
                partial(other.decide, operation["id"], accept=True, expected=number),
            ]
        )
        assert sorted([changed.status_code, accepted.status_code]) == [200, 409]
        text = f"Changed {number}" if changed.status_code == 200 else f"Proposed {number}"
        assert door.entry() == (text, number + 1)
    waiting = SafetyProposal.objects.filter(state="waiting").count()
    assert waiting == sum(act == "changed" for act, *_ in noted())


def test_pushes_with_proposals_of_the_same_people_in_other_orders_do_not_stop_each_other(leads: list[Lead]) -> None:
    kinds = ["dietary", "medication", "contacts"]
    pushes = []
    for number, lead in enumerate(leads):
        order = kinds if number % 2 else kinds[::-1]
        pushes.append(partial(lead.phone.push, *[lead.propose(f"{number} {kind}", kind) for kind in order]))
    verdicts = [result["verdict"] for results in together(pushes) for result in results]
    assert verdicts == ["flagged"] * 12
    assert SafetyProposal.objects.count() == 12


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer")
def test_proposal_that_comes_while_somebody_is_erased_brings_nothing_back(games: Games, leads: list[Lead]) -> None:
    lead, person = leads[0], games.people[0]
    operation = lead.propose("swordfish")
    with ThreadPoolExecutor(1) as elsewhere:
        with roster.changing(games.event.id) as change:
            erasing.clear(finding.whom_of(person), change)
            pushing = elsewhere.submit(together, [partial(lead.phone.push, operation)])
            while not (pushing.done() or somebody_waits()):
                time.sleep(0.01)
        assert [each["verdict"] for [each] in pushing.result()] == ["accepted"]
    assert not SafetyProposal.objects.exists()


def somebody_waits() -> bool:
    """For this very transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
        return cursor.fetchone() is not None

"""What arrives while somebody is being erased, and cannot be applied, keeps nothing of them."""

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from django.db import connection

from checkin import roster
from checkin.privacy import erasing, finding
from eventsync.sync.models import Operation, Quarantined
from tests.cast import Games, Phone, add_person
from tests.checkin.erasure import NAME, found
from tests.checkin.test_safety_race import somebody_waits
from tests.together import together

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer"),
]


@pytest.mark.parametrize(
    "operation",
    [
        lambda phone, person: phone.record("checkin.fly", {"person": person, "note": NAME}),
        # Only its family finds that it cannot be applied.
        lambda phone, person: phone.record(
            "checkin.arrive",
            {"checkpoint": person, "person": person, "method": "scan", "override": NAME},
        ),
    ],
    ids=["unknown kind", "no such checkpoint"],
)
def test_body_that_comes_while_somebody_is_erased_is_not_kept(games: Games, phone: Phone, operation: Any) -> None:
    person, _ = add_person(games.event, name=NAME, number="QX")
    sent = operation(phone, str(person.pk))
    with ThreadPoolExecutor(1) as elsewhere:
        with roster.changing(games.event.id) as change:
            erasing.clear(finding.whom_of(person), change)
            pushing = elsewhere.submit(together, [partial(phone.push, sent)])
            while not (pushing.done() or somebody_waits()):
                time.sleep(0.01)
        assert [each["verdict"] for [each] in pushing.result()] == ["quarantined"]
    assert Operation.objects.filter(pk=sent["id"]).exists()
    assert bytes(Quarantined.objects.get(operation_id=sent["id"]).body) == b""
    assert found((NAME,)) == {}


def test_second_body_of_an_id_that_comes_while_somebody_is_erased_is_not_kept(games: Games, phone: Phone) -> None:
    person, _ = add_person(games.event, name=NAME, number="QX")
    first = phone.arrive(games.people[0])
    phone.push(first)
    reused = phone.record("checkin.fly", {"person": str(person.pk), "note": NAME}, id=first["id"])
    with ThreadPoolExecutor(1) as elsewhere:
        with roster.changing(games.event.id) as change:
            erasing.clear(finding.whom_of(person), change)
            pushing = elsewhere.submit(together, [partial(phone.push, reused)])
            while not (pushing.done() or somebody_waits()):
                time.sleep(0.01)
        assert [each["code"] for [each] in pushing.result()] == ["id_reused"]
    assert bytes(Quarantined.objects.get(operation_id=first["id"]).body) == b""
    assert found((NAME,)) == {}

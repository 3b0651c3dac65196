"""Push when something breaks: a bug harms one operation, the database harms none."""

from typing import Any

import pytest
from django.db import OperationalError

from checkin.models import Headcount
from checkin.operations import Attendance
from eventsync.jobs.models import Alert
from eventsync.sync import batch
from eventsync.sync import push as push_module
from eventsync.sync.models import Operation, Quarantined
from tests.cast import Games, Phone


def test_push_bug_in_a_handler_harms_only_its_operation(
    games: Games, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = Attendance.apply

    def buggy(self: Attendance, fresh: Any, changes: Any) -> Any:
        answers = sound(self, fresh, changes)
        if any(operation.actor == "Bug" for operation in fresh):
            raise ZeroDivisionError
        return answers

    monkeypatch.setattr(Attendance, "apply", buggy)
    operations = [phone.arrive(games.people[index], actor="Bug" if index == 2 else "Maria") for index in range(5)]
    results = phone.push(*operations)
    expected = ["accepted", "accepted", "quarantined", "accepted", "accepted"]
    assert [result["verdict"] for result in results] == expected
    assert results[2]["code"] == "handler_error"
    assert Headcount.objects.get().present == 4
    assert [str(kept.operation_id) for kept in Quarantined.objects.all()] == [operations[2]["id"]]
    assert phone.push(*operations) == [result | {"replayed": True} for result in results]
    assert [(raised.kind, raised.subject) for raised in Alert.objects.all()] == [("handler_error", operations[2]["id"])]


def test_push_database_error_is_never_a_verdict(games: Games, phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(*arguments: Any, **named: Any) -> Any:
        raise OperationalError("database is locked")

    operation = phone.arrive(games.people[0])
    with monkeypatch.context() as broken:
        broken.setattr(push_module, "PATIENCE", 0)
        broken.setattr(push_module, "apply_batch", locked)
        answer = phone.post({"operations": [operation]})
    assert (answer.status_code, answer.json()["error"]["code"], answer["Retry-After"]) == (503, "unavailable", "5")
    assert Operation.objects.count() == 0
    assert phone.push(operation)[0]["verdict"] == "accepted"


def test_push_is_tried_again_after_a_passing_database_error(
    games: Games, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound, failures = batch.apply_batch, iter([OperationalError("deadlock detected")])

    def unlucky(*arguments: Any, **named: Any) -> Any:
        for failure in failures:
            raise failure
        return sound(*arguments, **named)

    monkeypatch.setattr(push_module, "apply_batch", unlucky)
    assert phone.push(phone.arrive(games.people[0]))[0]["verdict"] == "accepted"

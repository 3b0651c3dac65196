"""What phones say of notices by operations: once, in any order, each of its own, and late."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from eventsync.jobs.models import Alert, DomainEvent
from eventsync.sync.models import Device
from eventsync.sync.wire import write_time
from notifications.joining import recipients
from notifications.joining.rules import Wishes
from notifications.models import Delivery, Recipient
from notifications.rules import State
from tests.cast import NOON
from tests.notifications.families import add_browser, add_line, make_notice, owe


class Phone:
    """A browser that joined: its push went out, and the message is in its list."""

    def __init__(self, games: Any) -> None:
        secret = recipients.join(games.event, Wishes(language="en"), phone=uuid4(), now=NOON)
        assert secret is not None
        self.secret = secret
        recipient = recipients.recipient_of(games.event, secret)
        assert recipient is not None
        self.recipient: Recipient = recipient
        add_browser(recipient)
        self.notice = make_notice(games.event)
        self.pushed = owe(self.notice, recipient, state=State.ACCEPTED)
        self.listed = add_line(self.notice, recipient)
        self.seq = 0

    def op(self, kind: str, delivery: Any = None) -> dict[str, Any]:
        self.seq += 1
        return {
            "id": str(uuid4()), "kind": kind, "seq": self.seq, "occurred_at": write_time(NOON), "offset_ms": 0,
            "actor": None, "refers_to": None, "payload": {"delivery": str(delivery or self.pushed.pk)},
        }  # fmt: skip

    def push(self, *operations: dict[str, Any]) -> list[tuple[str, list[str]]]:
        body = {"protocol": 1, "sent_at": write_time(NOON), "operations": list(operations)}
        headers = {"Authorization": f"Bearer {self.secret}"}
        answer = Client().post("/api/v1/push", body, content_type="application/json", headers=headers)
        assert answer.status_code == 200, answer.content
        return [(each["verdict"], each["flags"]) for each in answer.json()["results"]]

    @property
    def states(self) -> tuple[str, str]:
        """Of the push, and of the list."""
        found = dict(Delivery.objects.filter(recipient=self.recipient).values_list("channel", "state"))
        return found["push"], found["in_app"]


@pytest.fixture
def phone(games, time_machine) -> Phone:
    time_machine.move_to(NOON, tick=False)
    return Phone(games)


def test_a_push_is_shown_opened_and_read(phone):
    assert phone.push(phone.op("notice.shown")) == [("accepted", [])]
    assert phone.states == ("displayed", "accepted")
    phone.push(phone.op("notice.opened"))
    assert phone.states == ("opened", "opened")
    phone.push(phone.op("notice.read"))
    assert phone.states == ("acknowledged", "acknowledged")
    assert not Alert.objects.exists()


def test_said_twice_late_and_the_wrong_way_round_it_is_the_same(phone):
    shown, opened, read = (phone.op(f"notice.{said}") for said in ("shown", "opened", "read"))
    phone.push(read, opened)
    assert phone.push(shown, read) == [("accepted", []), ("accepted", [])]
    assert phone.states == ("acknowledged", "acknowledged")


def test_read_in_the_list_is_read_on_the_lock_screen(phone):
    phone.push(phone.op("notice.read", phone.listed.pk))
    assert phone.states == ("acknowledged", "acknowledged")


def test_when_it_was_read_is_when_the_phone_says(phone, time_machine):
    operation = phone.op("notice.read")
    time_machine.move_to(NOON + timedelta(hours=3), tick=False)
    operation["occurred_at"] = write_time(NOON + timedelta(minutes=5))
    phone.push(operation)
    phone.pushed.refresh_from_db()
    assert phone.pushed.changed_at == NOON + timedelta(minutes=5)


def test_who_needs_help_has_read_it_and_somebody_is_told(phone):
    phone.push(phone.op("notice.help"))
    assert phone.states == ("acknowledged", "acknowledged")
    [alert] = Alert.objects.all()
    assert (alert.kind, alert.subject) == ("help_asked", str(phone.recipient.pk))
    assert "was told “Swim: another place” and says: “I need help” (Games)." in alert.message


def test_nobody_answers_for_somebody_else(phone, games):
    other = Phone(games)
    assert other.push(other.op("notice.read", phone.pushed.pk)) == [("quarantined", [])]
    assert phone.states == ("accepted", "accepted")


@pytest.mark.parametrize("payload", [{}, {"delivery": "no"}, {"delivery": None}])
def test_what_is_no_delivery_is_kept_for_people_to_look_at(phone, payload):
    assert phone.push(phone.op("notice.read") | {"payload": payload}) == [("quarantined", [])]


def test_a_delivery_that_is_gone_is_no_trouble(phone):
    assert phone.push(phone.op("notice.shown", uuid4())) == [("flagged", ["no_effect"])]


def test_who_has_stopped_delivers_what_their_phone_still_holds(phone):
    operation = phone.op("notice.read")
    recipients.stop(phone.recipient, now=NOON)
    assert phone.push(operation) == [("flagged", ["no_effect", "device_revoked"])]


def test_no_door_says_it_and_no_family_checks_in(phone, games):
    arrival = phone.op("checkin.arrive") | {"payload": {"checkpoint": str(games.door.pk), "method": "search"}}
    assert phone.push(arrival) == [("quarantined", [])]
    Device.objects.filter(pk=phone.recipient.device_id).update(profile="door")
    assert phone.push(phone.op("notice.read")) == [("quarantined", [])]


def test_other_apps_hear_of_it(phone):
    operations = [phone.op("notice.shown"), phone.op("notice.read")]
    phone.push(*operations)
    heard = {
        each.name: json.loads(each.body)["operations"]
        for each in DomainEvent.objects.filter(name__startswith="notices_")
    }
    assert heard == {"notices_shown": [operations[0]["id"]], "notices_read": [operations[1]["id"]]}

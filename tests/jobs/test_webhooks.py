"""Webhooks, against a real receiver: signed, in order, each once taken, and never into our own network."""

import json
import socket
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook as Verifier

from eventsync.jobs import queue
from eventsync.jobs.events import JobDone
from eventsync.jobs.models import Alert, DomainEvent, Job, Sending, Webhook
from eventsync.jobs.publishing import publish
from eventsync.jobs.webhooks import posting, sending, signing
from tests.desk import alice
from tests.jobs.conftest import Broker
from tests.jobs.receiver import Receiver, listening

EVENT, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)
LIST, LOG = "/admin/jobs/webhook/", "/admin/jobs/sending/"
Later = Callable[[timedelta], None]


@pytest.fixture(autouse=True)
def _loopback(settings: Any, broker: Broker, db: None, committed: None) -> None:
    settings.WEBHOOKS_PRIVATE = True


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as found:
        yield found


def webhook(receiver: Receiver, **said: Any) -> Webhook:
    return Webhook.objects.create(**{"name": "Transport", "url": receiver.url, **said})


def tell(number: int = 0, event: uuid.UUID = EVENT) -> DomainEvent:
    [row] = publish(JobDone(event=event, job=uuid.UUID(int=number), task="import", subject=event))
    return row


def numbers(receiver: Receiver) -> list[int]:
    return [uuid.UUID(json.loads(body)["data"]["job"]).int for _, body in receiver.heard]


def states() -> list[str]:
    return list(Job.objects.order_by("created_at").values_list("state", flat=True))


def test_signature_is_that_of_the_standard() -> None:
    """The example of the Standard Webhooks specification."""
    headers = signing.signed(
        secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        key="msg_p5jXN8AQM9LWM0D4loKWxJek",
        at=1614265330,
        body=b'{"test": 2432232314}',
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_domain_event_arrives_signed_in_its_envelope(receiver: Receiver) -> None:
    hook, row = webhook(receiver), tell(7)
    queue.run()
    [(headers, body)] = receiver.heard
    Verifier(hook.secret).verify(body, dict(headers.items()))
    assert json.loads(body) == {
        "specversion": "1.0",
        "id": str(row.id),
        "source": "http://127.0.0.1:8000",
        "type": "eventsync.job_done.v1",
        "time": row.occurred_at.isoformat(),
        "datacontenttype": "application/json",
        "partitionkey": str(EVENT),
        "correlationid": str(row.correlation),
        "data": json.loads(row.body),
    }
    sent = Sending.objects.get()
    assert (headers["webhook-id"], headers["content-type"]) == (str(sent.id), "application/cloudevents+json")
    assert (sent.status, sent.answer[:10], len(sent.answer), sent.taken_at is not None) == (
        200,
        "Thank you.",
        1000,
        True,
    )


def test_webhook_hears_what_it_asked_for(receiver: Receiver) -> None:
    webhook(receiver, name="mine", event_id=EVENT, names=["job_done"])
    webhook(receiver, name="others", event_id=OTHER)
    webhook(receiver, name="deaths", names=["job_died"])
    tell(1)
    assert list(Sending.objects.values_list("webhook__name", flat=True)) == ["mine"]


def test_receiver_that_fails_for_an_hour_gets_everything_once_and_in_order(receiver: Receiver, later: Later) -> None:
    webhook(receiver)
    receiver.says = [500]
    for number in range(3):
        tell(number)
    for _ in range(8):
        queue.run()
        later(timedelta(minutes=8))
    assert set(numbers(receiver)) == {0}
    assert len(set(receiver.ids)) == 1
    receiver.says, tried = [200], len(receiver.heard)
    later(timedelta(hours=3))
    queue.run()
    assert (numbers(receiver)[tried:], states()) == ([0, 1, 2], ["done"] * 3)


def test_receiver_that_hangs_is_left_and_tried_again(
    receiver: Receiver, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "PATIENCE", 0.2)
    webhook(receiver)
    receiver.hangs = 0.6
    tell(1)
    queue.run()
    assert (states(), Job.objects.get().error) == (["retry_wait"], "NotSent: It did not answer within 0.2 seconds.")
    receiver.hangs = 0
    later(timedelta(seconds=7))
    queue.run()
    assert (states(), len(set(receiver.ids))) == (["done"], 1)


def test_answer_that_was_lost_is_sent_again_under_the_same_id(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook(receiver)
    tell(1)
    queue.run()
    Sending.objects.update(taken_at=None)  # as after a worker that died before it could note the answer
    Job.objects.update(state=Job.State.AVAILABLE, finished_at=None)
    queue.run()
    assert len(receiver.heard) == 2
    assert len(set(receiver.ids)) == 1


def test_gone_switches_off_with_an_alert_and_what_waits_comes_once_it_is_on(receiver: Receiver) -> None:
    hook = webhook(receiver)
    receiver.says = [410]
    for number in range(3):
        tell(number)
    queue.run()
    hook.refresh_from_db()
    assert (numbers(receiver), hook.off_at is not None, states()) == ([0], True, ["dead", "cancelled", "cancelled"])
    assert hook.off_why == "It says that it is gone for good (410)."
    assert list(Alert.objects.order_by("kind").values_list("kind", "subject")) == [
        ("dead_letter", "webhooks.send"), ("webhook_off", str(hook.id)),
    ]  # fmt: skip
    tell(3)
    assert Job.objects.count() == 3
    receiver.says = [200]
    assert (sending.switch_on(hook), sending.switch_on(hook)) == (True, False)
    queue.run()
    assert numbers(receiver) == [0, 0, 1, 2, 3]
    assert Alert.objects.get(kind="webhook_off").cleared_at is not None


def test_failing_for_days_switches_off(receiver: Receiver, later: Later) -> None:
    hook = webhook(receiver)
    receiver.says = [503]
    tell(1)
    for _ in range(sending.POLICY.attempts):
        queue.run()
        later(timedelta(hours=28))
    hook.refresh_from_db()
    assert len(receiver.heard) == sending.POLICY.attempts
    assert hook.off_why == "It did not take what was sent for three days. NotTaken: It answered 503."
    assert timedelta(days=3) <= sum(sending.POLICY.retries, timedelta()) <= timedelta(days=4)


def test_one_webhook_does_not_wait_for_another(receiver: Receiver) -> None:
    with listening() as broken:
        broken.says = [500]
        webhook(broken, name="Broken")
        webhook(receiver)
        for number in range(3):
            tell(number)
        queue.run()
        assert (numbers(receiver), numbers(broken)) == ([0, 1, 2], [0])


def test_redirect_is_not_followed(receiver: Receiver) -> None:
    webhook(receiver)
    receiver.says, receiver.location = [302], receiver.url
    tell(1)
    queue.run()
    assert (len(receiver.heard), states()) == (1, ["retry_wait"])


OURS = "127.0.0.1 localhost [::1] [::ffff:127.0.0.1] 10.0.0.1 169.254.169.254 0.0.0.0"


@pytest.mark.parametrize("host", OURS.split())
def test_no_request_goes_into_our_own_network_nor_is_tried_again(receiver: Receiver, settings: Any, host: str) -> None:
    settings.WEBHOOKS_PRIVATE = False
    port = receiver.url.rpartition(":")[2]
    hook = webhook(receiver, url=f"http://{host}:{port}")
    tell(1)
    queue.run()
    hook.refresh_from_db()
    assert (receiver.heard, states()) == ([], ["dead"])
    assert "is not a public address" in hook.off_why
    said = {"name": "Ours", "url": hook.url, "event_id": ""}
    assert "is not a public address" in alice().post(f"{LIST}add/", said).content.decode()
    assert Webhook.objects.count() == 1


def test_name_that_leads_into_our_own_network_is_not_connected_to_and_asked_again(
    receiver: Receiver, later: Later, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A network that wants a login answers so for any name, until somebody has logged in."""

    def leads_here(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        assert host == "games.example"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", leads_here)
    hook = webhook(receiver, url=f"http://games.example:{receiver.url.rpartition(':')[2]}")
    tell(1)
    settings.WEBHOOKS_PRIVATE = False
    queue.run()
    assert (receiver.heard, states()) == ([], ["retry_wait"])
    assert "127.0.0.1 is not a public address" in Job.objects.get().error
    settings.WEBHOOKS_PRIVATE = True
    later(timedelta(hours=1))
    queue.run()
    hook.refresh_from_db()
    assert (len(receiver.heard), states(), hook.off_at) == (1, ["done"], None)  # the name does lead there


def test_nobody_there_is_said(receiver: Receiver) -> None:
    webhook(receiver, url="http://127.0.0.1:9/")
    tell(1)
    queue.run()
    assert Job.objects.get().error.startswith("NotSent: It could not be reached (ClientConnectorError")


def test_what_is_sent_tells_of_nothing(receiver: Receiver) -> None:
    webhook(receiver)
    tell(1)
    queue.run()
    assert DomainEvent.objects.count() == 1

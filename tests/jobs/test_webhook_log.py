"""What is said of each time that a webhook is sent: a line of the log, and a `traceparent` for who gets it."""

from datetime import timedelta
from typing import Any

from eventsync.jobs import queue
from tests.jobs.receiver import Receiver
from tests.jobs.test_webhooks import Later, _loopback, receiver, tell, webhook
from tests.log_lines import collected

__all__ = ["_loopback", "receiver"]  # fixtures


def test_each_time_that_it_goes_out_is_a_line_of_the_log(receiver: Receiver, later: Later) -> None:
    hook = webhook(receiver)
    receiver.says = [503, 200]
    row = tell()
    with collected() as lines:
        queue.run()
        later(timedelta(minutes=1))
        queue.run()
    refused, taken = lines.all("webhook.sent")
    assert [(each["level"], each["status"], each["taken"]) for each in (refused, taken)] == [
        ("warning", 503, False),
        ("info", 200, True),
    ]
    assert {(each["webhook"], each["correlation"]) for each in (refused, taken)} == {
        (str(hook.id), str(row.correlation))
    }
    assert receiver.url not in lines.text
    traced = [headers["traceparent"].split("-") for headers, _ in receiver.heard]
    assert [(trace, flags) for _, trace, _, flags in traced] == [(row.correlation.hex, "00")] * 2
    assert len({span for _, _, span, _ in traced}) == 2


def test_a_try_without_an_answer_is_a_line_without_a_status(receiver: Receiver, settings: Any) -> None:
    webhook(receiver)
    settings.WEBHOOKS_PRIVATE = False
    tell()
    with collected() as lines:
        queue.run()
    assert [(line["status"], line["taken"]) for line in lines.all("webhook.sent")] == [(None, False)]

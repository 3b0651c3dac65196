"""A test: one push that says so, to whoever asked for it. It is no notice, and nobody asks what became of it."""

from collections.abc import Iterable
from uuid import UUID

import structlog
from django.utils import timezone

from eventsync.jobs.queue import task
from eventsync.jobs.rules import Policy
from notifications.models import AlertBrowser, Recipient, Subscription
from notifications.pages.words import WORDS
from notifications.push import payload, rules
from notifications.rules import How

log = structlog.get_logger(__name__)

TRY, TAG = "notifications.try", "test"
_LIFE = 300  # seconds: later nobody would know what it is


@task(TRY, Policy(announced=False, retries=()))
def send_test(recipient_id: UUID) -> None:
    """To each browser that they have by now; whoever has stopped meanwhile gets none."""
    recipient = Recipient.objects.select_related("event").filter(pk=recipient_id).first()
    if recipient is None:
        return
    words = WORDS[recipient.language]
    said = {"title": words["test_title"], "body": words["test_body"]}
    shown = said | {"tag": TAG, "silent": recipient.how == How.SILENT}
    browsers = Subscription.objects.filter(recipient=recipient_id)
    gone = try_on(browsers, payload.shaped(recipient.event, recipient.language, shown))
    Subscription.objects.filter(pk__in=gone).delete()


def try_on(browsers: Iterable[Subscription | AlertBrowser], body: bytes) -> list[UUID]:
    """Which of them want none any more."""
    from notifications.push.posting import Push, Sender  # noqa: PLC0415 - each command would wait for aiohttp

    now, gone = timezone.now(), []
    pushes = [
        Push(each.pk, each.endpoint, each.p256dh, each.auth, body, _LIFE, "normal", rules.topic(TAG))
        for each in browsers
    ]
    with Sender(at=int(now.timestamp())) as sender:
        for push, answer in sender.send(pushes):
            log.info("push.tested", browser=str(push.key), status=answer.status)
            if rules.outcome(answer.status, retry_after="", tries=1, now=now, dice=0).gone:
                gone.append(push.key)
    return gone

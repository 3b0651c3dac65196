"""A test: one push that says so, to whoever asked for it. It is no notice, and nobody asks what became of it."""

from uuid import UUID

import structlog
from django.utils import timezone

from eventsync.jobs.queue import task
from eventsync.jobs.rules import Policy
from notifications.models import Recipient, Subscription
from notifications.pages.words import WORDS
from notifications.push import payload, rules
from notifications.rules import How

log = structlog.get_logger(__name__)

TRY = "notifications.try"
_LIFE = 300  # seconds: later nobody would know what it is


@task(TRY, Policy(announced=False, retries=()))
def send_test(recipient_id: UUID) -> None:
    """To each browser that they have by now; whoever has stopped meanwhile gets none."""
    recipient = Recipient.objects.select_related("event").filter(pk=recipient_id).first()
    browsers = list(Subscription.objects.filter(recipient=recipient_id))
    if recipient is None or not browsers:
        return
    from notifications.push.posting import Push, Sender  # noqa: PLC0415 - each command would wait for aiohttp

    words = WORDS[recipient.language]
    said = {"title": words["test_title"], "body": words["test_body"]}
    shown = said | {"tag": "test", "silent": recipient.how == How.SILENT}
    body = payload.shaped(recipient.event, recipient.language, shown)
    pushes = [
        Push(each.pk, each.endpoint, each.p256dh, each.auth, body, _LIFE, "normal", rules.topic("test"))
        for each in browsers
    ]
    with Sender(at=int(timezone.now().timestamp())) as sender:
        for push, answer in sender.send(pushes):
            log.info("push.tested", browser=str(push.key), status=answer.status)
            if rules.outcome(answer.status, retry_after="", tries=1, now=timezone.now(), dice=0).gone:
                Subscription.objects.filter(pk=push.key).delete()

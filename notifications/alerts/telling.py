"""Alerts on their way to browsers of the staff who asked for them: each once, on each."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from eventsync.control.mailing import news
from eventsync.control.pages import zone_of
from eventsync.jobs.alerts import name_of, unsilenced
from eventsync.jobs.models import Alert
from eventsync.jobs.queue import enqueue, task
from eventsync.jobs.rules import Policy, Priority
from eventsync.jobs.seeing.letters import explain
from eventsync.schedule.models import Event
from notifications.alerts.rules import CRITICAL, Shown, goes, shown
from notifications.joining.rules import Browser
from notifications.models import AlertBrowser
from notifications.push import payload, rules
from notifications.push.rules import Outcome
from notifications.push.sending import judge, refused
from notifications.rules import Importance, State, is_quiet

if TYPE_CHECKING:
    from notifications.push.posting import Answer, Push

    Said = Sequence[tuple[Alert, Answer, Outcome]]

log = structlog.get_logger(__name__)

SEND = "notifications.push_alerts"
AT_ONCE = 20  # to one browser; others follow
LEASE = timedelta(minutes=1)  # longer than these can take


@transaction.atomic
def begin(user: Any, *, loud: bool, now: datetime) -> AlertBrowser:
    """One more browser of theirs. It is told of what comes from now on: what is open already is before their eyes."""
    row = AlertBrowser.objects.create(user=user, loud=loud, made_at=now, not_before=now)
    row.told_of.set(news(user, row.told_of, now=now))
    return row


@transaction.atomic
def take(row: AlertBrowser, browser: Browser) -> None:
    """There it is, or has moved to. One that is there already, of whomever, is this one from now on."""
    AlertBrowser.objects.filter(digest=browser.digest).exclude(pk=row.pk).delete()
    said = {"endpoint": browser.endpoint, "digest": browser.digest, "p256dh": browser.p256dh, "auth": browser.auth}
    AlertBrowser.objects.filter(pk=row.pk).update(**said)


def forget_address(row: AlertBrowser) -> None:
    """Nothing goes there any more. Its digest stays: by that it is known again where its push service moved it."""
    AlertBrowser.objects.filter(pk=row.pk).update(endpoint="", p256dh="", auth="")


def end(user: Any) -> None:
    """On all of their browsers."""
    AlertBrowser.objects.filter(user=user).delete()


def owe(*, now: datetime) -> None:
    """A job for each browser for which there is something."""
    if not unsilenced(now=now).exists():
        return
    for each in _due(now):
        if _wanted(each, now, quiet=_is_quiet(each, now)):
            with transaction.atomic():
                enqueue(SEND, each.pk, dedupe=str(each.pk))


def reachable() -> "QuerySet[AlertBrowser]":
    return AlertBrowser.objects.filter(user__is_active=True, user__is_staff=True).exclude(endpoint="")


def _due(now: datetime) -> "QuerySet[AlertBrowser]":
    return reachable().filter(not_before__lte=now).select_related("user")


def _is_quiet(row: AlertBrowser, now: datetime) -> bool:
    return is_quiet(now, zone_of(row.user))


def _wanted(row: AlertBrowser, now: datetime, *, quiet: bool) -> list[Alert]:
    """What they may read, were not told of, and want to hear now."""
    found = news(row.user, row.told_of, now=now)
    return [each for each in found if goes(each.kind, loud=row.loud, quiet=quiet)][:AT_ONCE]


@task(SEND, Policy(announced=False, priority=Priority.CORE))
def send(key: UUID) -> None:
    """What a worker had in hand that died is sent again a minute later: the browser shows it once."""
    now = timezone.now()
    row = _due(now).filter(pk=key).first()
    if row is None:
        return
    quiet = _is_quiet(row, now)
    told = _wanted(row, now, quiet=quiet)
    if not told or not _claim(row, now):
        return
    from notifications.push.posting import Sender  # noqa: PLC0415 - each command would wait for aiohttp and pywebpush

    tries = min(row.failures + 1, rules.TRIES - 1)  # it is tried for as long as the alert is open
    with Sender(at=int(now.timestamp())) as sender:
        sent = sender.send(_pushes(row, told, quiet=quiet))
    said = [(alert, answer, judge(answer, tries=tries)) for alert, (_, answer) in zip(told, sent, strict=True)]
    for alert, answer, became in said:
        log.info("alert.pushed", browser=str(row.pk), alert=alert.pk, status=answer.status, became=became.state.value)
    _write(row, said, tries)


def _claim(row: AlertBrowser, now: datetime) -> bool:
    """False when another worker was quicker."""
    mine = AlertBrowser.objects.filter(pk=row.pk, not_before=row.not_before)
    return mine.update(not_before=now + LEASE) == 1


def _pushes(row: AlertBrowser, told: Sequence[Alert], *, quiet: bool) -> "list[Push]":
    events = Event.objects.filter(pk__in={each.event_id for each in told})
    names: dict[UUID | None, str] = dict(events.values_list("pk", "name"))

    def says(each: Alert) -> Shown:
        return shown(each.kind, name_of(each.kind), names.get(each.event_id), loud=row.loud, quiet=quiet)

    return [_push(row, each, says(each)) for each in told]


def _push(row: AlertBrowser, about: Alert, says: Shown) -> "Push":
    from notifications.push.posting import Push  # noqa: PLC0415 - the same

    page, tag = reverse("admin:jobs_alert_change", args=[about.pk]), f"alert:{about.pk}"
    alike = {"navigate": settings.BASE_URL + page, "lang": "en", "dir": "ltr", "tag": tag}
    return Push(
        key=row.pk,
        endpoint=row.endpoint,
        p256dh=row.p256dh,
        auth=row.auth,
        body=payload.packed(alike | asdict(says)),
        ttl=int(rules.LONGEST.total_seconds()),
        urgency=rules.URGENCY[Importance.CRITICAL if about.kind in CRITICAL else Importance.BIG],
        topic=rules.topic(tag),
    )


@transaction.atomic
def _write(row: AlertBrowser, said: "Said", tries: int) -> None:
    """Unless they have stopped meanwhile."""
    now, kept = timezone.now(), AlertBrowser.objects.select_for_update(no_key=True).filter(pk=row.pk)
    if kept.first() is None:
        return
    for _, answer, became in said:
        if became.ours:
            refused(row.endpoint, answer, now)
    if any(became.gone for _, _, became in said):
        forget_address(row)
        return
    row.told_of.add(*(alert for alert, _, became in said if became.state == State.ACCEPTED))
    waits = [
        became.wait or rules.later(tries, now=now, dice=0) for _, _, became in said if became.state != State.ACCEPTED
    ]
    kept.update(not_before=now + max(waits, default=timedelta(0)), failures=tries if waits else 0)


explain(
    SEND,
    what="Alerts did not reach a browser of somebody who asked for them.",
    owner="Whoever runs the server",
    step="Say the alerts to them, mend the cause, then replay it.",
    whom="One member of the staff, who may not know of an alert.",
)

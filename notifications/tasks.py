"""What notices leave to a worker. Two runs for one event may be at it at once: each takes what the other has not."""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.utils import timezone

from eventsync.jobs.chores import chore
from eventsync.jobs.queue import task
from eventsync.jobs.rules import Policy, Priority
from eventsync.jobs.seeing.letters import explain
from notifications import carrying, deliveries, owing
from notifications.alerts import telling as alerts
from notifications.carrying import Carrier
from notifications.confirming import codes
from notifications.hand import sending as by_hand
from notifications.ladder import calls, climbing
from notifications.mail.sending import Mails
from notifications.models import Channel
from notifications.plan import holding, telling
from notifications.push import sending, trying
from notifications.sms.sending import Texts

# What it did is told by its rows. Not in order, or what waits for the morning would keep back what goes out now. Core,
# for what is about somebody's safety goes the same way.
POLICY = Policy(announced=False, priority=Priority.CORE)


@task(telling.TELL, POLICY)
def tell(event_id: UUID) -> None:
    telling.tell(event_id, now=timezone.now())


@task(by_hand.SEND, POLICY)
def send_by_hand(key: UUID) -> None:
    by_hand.go(key, now=timezone.now())


@task(owing.DELIVER, POLICY)
def deliver(event_id: UUID) -> None:
    """Pushes what is due, and owes itself for what waits."""
    holding.let_go(event_id, now=timezone.now())
    sending.send_due(event_id)
    _owe_next(event_id, Channel.PUSH)


@task(owing.TEXT, POLICY)
def text(event_id: UUID) -> None:
    """The same, by text messages."""
    _carry(event_id, Texts())


@task(owing.MAIL, POLICY)
def mail(event_id: UUID) -> None:
    _carry(event_id, Mails())


@task(owing.CLIMB, POLICY)
def climb(notice_id: UUID) -> None:
    climbing.climb(notice_id, now=timezone.now())


def _carry(event_id: UUID, carrier: Carrier) -> None:
    holding.let_go(event_id, now=timezone.now())
    carrying.send_due(event_id, carrier)
    _owe_next(event_id, carrier.channel)


def _owe_next(event_id: UUID, channel: Channel) -> None:
    now = timezone.now()
    if (at := deliveries.next_due(event_id, on=channel, now=now)) is not None:
        owing.owe_delivering(event_id, max(at, now), on=channel)


@chore(every=timedelta(minutes=1))
def owe_what_was_left(now: datetime) -> None:
    """Of an event whose job failed for good, or was cancelled."""
    for event_id, channel in deliveries.left(now=now):
        owing.owe_delivering(event_id, now, on=channel)


@chore(every=timedelta(seconds=20))
def push_alerts(now: datetime) -> None:
    alerts.owe(now=now)


@chore(every=timedelta(minutes=1))
def climb_what_was_left(now: datetime) -> None:
    """The same for what is critical; and nobody calls about what is of no use any more."""
    for notice in climbing.left(now=now):
        owing.owe_climbing(notice.pk, notice.event_id, now)
    calls.end(now=now)


_READ_WHY = "Read why, mend the cause, then replay it"
_explain = partial(explain, owner="Whoever runs the server")
_explain(
    "notifications.hear_of_release",
    what="A release was not heard of by those who write notices: nobody is told of it.",
    step=f"{_READ_WHY}. The pages show the new plan all the same.",
    whom="Families who asked for messages at that event.",
)
_explain(
    telling.TELL,
    what="A release was not told: no notice was made of it, or not for everybody.",
    step=f"{_READ_WHY}. Who was told already is not told again.",
    whom="Families who asked for messages at that event.",
)
_explain(
    by_hand.SEND,
    what="A notice that somebody wrote did not go out.",
    step=f"{_READ_WHY}. If it is urgent, say it over loudspeakers and by volunteers.",
    whom="All whom it was written to.",
)
for _way, _on in ((owing.DELIVER, "on phones"), (owing.TEXT, "as text messages"), (owing.MAIL, "by e-mail")):
    _explain(
        _way,
        what=f"Notices of an event did not go out {_on}.",
        step=f"{_READ_WHY}. They are looked for each minute, too; who has one does not get it again.",
        whom="Families who get their messages in that way. All have them in their list.",
    )
_explain(
    owing.CLIMB,
    what="Nobody looked who has read a critical notice: no text messages and no calls come of it.",
    step=f"{_READ_WHY}. It is looked for each minute, too. Until then call those who have not read it.",
    whom="Those who have not read the notice.",
)
_explain(
    codes.CODE,
    what="The code for a number or an address did not go out.",
    step="They ask for another one on the page of messages. Discard this.",
    whom="One family, who typed it in a moment ago.",
)
_explain(
    trying.TRY,
    what="A test message did not go out.",
    step="They press the button again. Discard this.",
    whom="One family, who pressed the button a moment ago.",
)

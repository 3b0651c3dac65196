"""What was said before somebody came, and is of use still: in their list of messages, and nowhere else.

They look at that list just then, so nothing of it is pushed, and nobody is called about it.
"""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Min, prefetch_related_objects

from eventsync.schedule.models import Event
from eventsync.schedule.plan.queries import changes_between
from notifications import making
from notifications.hand.audience import audience_of
from notifications.hand.rules import Stage
from notifications.models import Channel, Delivery, HandNotice, Kind, Notice, Recipient
from notifications.plan import rules
from notifications.plan.composing import hearer_of, key_of, said_of
from notifications.plan.rules import Hearer, Item
from notifications.rules import State, Why
from notifications.wording.telltale import looking

MOST = 10  # of the plan, as many as the page shows at once: whoever comes is not to read the news of weeks
_MEANWHILE = timedelta(minutes=1)  # by which clocks of hosts may differ


class Span(NamedTuple):
    """From one release to another, of which everybody was told together."""

    since: int
    until: int
    at: datetime

    def covers(self, other: "Span") -> bool:
        return self.since <= other.since and other.until <= self.until


@transaction.atomic
def list_earlier(recipient: Recipient, *, now: datetime) -> None:
    """Done twice it lists nothing twice."""
    prefetch_related_objects([recipient], "links")
    lines = {
        "channel": Channel.IN_APP,
        "state": State.ACCEPTED.value,
        "why": Why.EARLIER.value,
        "due_at": now,
        "changed_at": now,
        "accepted_at": now,
    }
    notices = [*_written(recipient, now), *_of_plan(recipient, now)]
    Delivery.objects.bulk_create(
        [Delivery(notice=each, recipient=recipient, **lines) for each in notices], ignore_conflicts=True
    )


def list_for_newcomers(event: Event, told: Iterable[Recipient], *, now: datetime) -> None:
    """For those who came, as of `now`, while others were `told`."""
    known = {each.pk for each in told}
    came = Recipient.objects.filter(event=event, since__gte=now - _MEANWHILE)
    for each in [row for row in came if row.pk not in known]:
        each.event = event
        list_earlier(each, now=now)


def _written(recipient: Recipient, now: datetime) -> list[Notice]:
    """By somebody, to whom they would have belonged."""
    sent = HandNotice.objects.filter(event=recipient.event_id, stage=Stage.SENT, notice__expires_at__gt=now)
    rows = sent.select_related("event", "venue", "notice")
    mine = [row for row in rows if audience_of(row).has(recipient.hears_of, leads=recipient.leads)]
    return [row.notice for row in mine if row.notice is not None]


def _of_plan(recipient: Recipient, now: datetime) -> Iterator[Notice]:
    """What changed as of each time that others were told, as far as it is for them, and they have not heard it."""
    event, hearer = recipient.event, hearer_of(recipient)
    known = _known(recipient)
    for span in _spans(event, now):
        had = {activity for of, about in known if of.covers(span) for activity in about}
        items = rules.items(changes_between(event, span.since, span.until), now=span.at)
        told = [each for each in hearer.hears_of(items) if each.until > now and each.id not in had]
        if told:
            yield _notice(event, told, hearer, span)


def _known(recipient: Recipient) -> list[tuple[Span, AbstractSet[str]]]:
    mine = Notice.objects.filter(kind=Kind.PLAN, deliveries__recipient=recipient, deliveries__channel=Channel.IN_APP)
    rows = mine.order_by().values_list("since", "until", "made_at", "activities")
    return [(Span(since, until, at), set(about)) for since, until, at, about in rows]


def _spans(event: Event, now: datetime) -> list[Span]:
    """The last ones of which anything is of use still. Longer ones, of what somebody missed, say nothing more."""
    live = Notice.objects.filter(event=event, kind=Kind.PLAN, expires_at__gt=now).order_by()
    spans = [Span(*each) for each in live.values_list("since", "until").annotate(at=Min("made_at"))]
    shortest = [each for each in spans if not any(each.covers(other) for other in spans if other != each)]
    return sorted(shortest, key=lambda each: each.until)[-MOST:]


def _notice(event: Event, told: Sequence[Item], hearer: Hearer, span: Span) -> Notice:
    """The same as others have, where it is. `looking` reads all names of the list, so not before it must."""
    answered, between = hearer.must_answer(told), (span.since, span.until)
    key = key_of(told, *between, answered=answered)
    if (notice := Notice.objects.filter(event=event, key=key).first()) is not None:
        return notice
    said = said_of(event, told, *between, answered=answered, look=looking(event), now=span.at)
    return making.make_afterwards(event, key, said, at=span.at)

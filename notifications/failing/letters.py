"""What did not arrive, as dead letters: each delivery that failed for good, unless they did not want it any more."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from eventsync.jobs.approvals.deciding import Answer
from eventsync.jobs.seeing.letters import Contents, Fate, Letter, Source, Try, first_line, register, too_late
from notifications.failing import again, keeping
from notifications.failing.words import answer_of, help_of, state_of, whom
from notifications.models import Channel, Delivery
from notifications.rights import OF_DELIVERY, SEE_DELIVERY, STEER_DELIVERY
from notifications.rules import Importance, State
from notifications.sms.rules import asks
from notifications.sms.words import text_of

_FATES = {
    State.QUEUED: Fate.WAITING,
    State.SENDING: Fate.WAITING,
    State.FAILED_TEMP: Fate.FAILED,
    State.OVER_BUDGET: Fate.FAILED,
}  # all else is well: it is there, or somebody's turn is over


def _rows() -> "QuerySet[Delivery]":
    ways = Delivery.objects.exclude(channel=Channel.IN_APP)
    return ways.select_related("notice__event", "recipient").prefetch_related("recipient__links")


def _tell(row: Delivery) -> Letter:
    told = help_of(row)
    return Letter(
        key=str(row.pk),
        at=row.changed_at,
        what=told.what,
        why=first_line(f"“{row.notice}”. {answer_of(status=row.status, error=row.error)}"),
        owner=told.owner,
        step=told.step,
        state=state_of(row),
        whom=whom(row.recipient),
        place=str(row.notice.event_id),
    )


def _unfold(row: Delivery) -> Contents:
    pages = (("delivery", "This message in the list of deliveries", row.pk), ("notice", "Its notice", row.notice_id))
    return Contents(
        payload=_words(row),
        facts=list(_facts(row)),
        tries=list(_tries(row)),
        links=[(words, reverse(f"admin:notifications_{name}_change", args=[key])) for name, words, key in pages],
    )


def _words(row: Delivery) -> str:
    """As they would read it. Without their own address: whoever has that can answer for them."""
    language = row.recipient.language
    if row.channel == Channel.SMS:
        return text_of(row.notice.shown, event=row.notice.event, language=language)
    said = row.notice.shown_in(language)
    return f"{said['title']}\n{said['body']}"


def _facts(row: Delivery) -> Iterator[tuple[str, str]]:
    notice = row.notice
    answered = asks(Importance(notice.importance), must_acknowledge=notice.must_acknowledge)
    yield "On which way", row.get_channel_display()
    if row.channel == Channel.EMAIL or (row.channel == Channel.SMS and (answered or notice.discreet)):
        yield "Ends with", "Their own address to answer it"
    yield "Importance", notice.get_importance_display()
    yield "Language", row.recipient.get_language_display()
    yield "Of use until", f"{notice.expires_at:%Y-%m-%d %H:%M} UTC"
    others = Delivery.objects.filter(notice=notice, recipient=row.recipient_id).exclude(pk=row.pk)
    yield "On other ways", ", ".join(map(str, others.exclude(channel=Channel.IN_APP).order_by("channel", "pk")))
    yield "Id", str(row.pk)
    yield "Notice", str(row.notice_id)


def _tries(row: Delivery) -> Iterator[Try]:
    tried = row.tried or []
    for number, each in enumerate(tried, 1):
        yield Try(datetime.fromisoformat(each["at"]), f"Try {number}: {each['said']}")
    if not tried:
        yield Try(row.changed_at, answer_of(status=row.status, error=row.error))


def _replay(row: Delivery, by: str, now: datetime) -> Answer:
    return again.send(row, by=by, now=now)


@transaction.atomic
def _discard(row: Delivery, by: str, reason: str, now: datetime) -> Answer:
    if not keeping.close(Delivery.objects.filter(pk=row.pk), reason, now=now, by=by):
        row.refresh_from_db()
        return too_late(state_of(row))
    keeping.calm(row.notice.event_id, row.channel, now=now, by=by)
    return Answer(done=True, told="Discarded: it is not sent. It is kept in the list of deliveries, with your reason.")


def _fates(keys: Sequence[str]) -> Mapping[str, Fate]:
    found = Delivery.objects.filter(pk__in=keys).values_list("pk", "state", "closed_at")
    return {str(key): _fate(State(state), closed_at) for key, state, closed_at in found}


def _fate(state: State, closed_at: datetime | None) -> Fate:
    if state == State.FAILED_PERM and closed_at is None:
        return Fate.FAILED
    return _FATES.get(state, Fate.WELL)


register(
    Source(
        kind="notice",
        one="message that did not arrive",
        many="messages that did not arrive",
        sees=SEE_DELIVERY,
        acts=STEER_DELIVERY,
        belongs=OF_DELIVERY,
        rows=_rows,
        waits=keeping.WAITS,
        at="changed_at",
        words=("error", "channel", "notice__event__name"),
        ids=("pk", "notice_id"),
        tell=_tell,
        unfold=_unfold,
        replay=_replay,
        discard=_discard,
        fates=_fates,
    )
)

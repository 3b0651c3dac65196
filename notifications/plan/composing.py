"""The notice of some changes of the plan: by what it is known, so that it is made once, and all that it says."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from eventsync.schedule.models import Event
from notifications import making
from notifications.models import Kind, Notice, Recipient
from notifications.plan import rules, words
from notifications.plan.rules import Hearer, Item
from notifications.wording.telltale import Look


def hearer_of(recipient: Recipient) -> Hearer:
    """Reads their links."""
    return Hearer(recipient.hears_of, recipient.leads)


def notice_of(
    event: Event, told: Sequence[Item], hearer: Hearer, since: int, until: int, *, look: Look, now: datetime
) -> Notice | None:
    """The notice of what of these changes is for somebody, made once; None when nothing is."""
    told = hearer.hears_of(told)
    if not told:
        return None
    answered = hearer.must_answer(told)
    said = said_of(event, told, since, until, answered=answered, look=look, now=now)
    return making.make(event, key_of(told, since, until, answered=answered), said, now=now)


def key_of(told: Sequence[Item], since: int, until: int, *, answered: bool) -> str:
    """`answered`: whether its readers are to say that they know."""
    parts = [Kind.PLAN, *(["answered"] if answered else []), str(since), str(until), *_about(told)]
    return hashlib.sha256("|".join(parts).encode()).hexdigest()


def said_of(
    event: Event, told: Sequence[Item], since: int, until: int, *, answered: bool, look: Look, now: datetime
) -> dict[str, Any]:
    """Its columns."""
    about, weight = _about(told), rules.word(told)
    earlier = _about_these(
        Notice.objects.filter(event=event, kind=Kind.PLAN, until__lt=until, expires_at__gt=now), about
    )
    said = {"texts": words.texts(told, event), "discreet": words.discreet(told, event, look)}
    times = {"since": since, "until": until, "expires_at": max(each.until for each in told)}
    weighs = {"importance": weight.importance.value, "must_hear": weight.must_hear or answered}
    of = {"kind": Kind.PLAN, "activities": about, "supersedes": earlier[0] if earlier else None}
    return {**of, **weighs, **said, **times, "must_acknowledge": answered}


def _about(told: Sequence[Item]) -> list[str]:
    return sorted(each.id for each in told)


def _about_these(notices: Iterable[Notice], about: Sequence[str]) -> list[Notice]:
    """Those about any of these activities, the newest first."""
    return [each for each in notices if set(each.activities) & set(about)]

"""Whom a notice would reach, on which way, and how many messages that is. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from notifications.rules import Channel, Importance, News, Timing, Word, wants, ways


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearer:
    """What counts of a recipient for how they are reached. `phone` and `email`: whether there is one, and it works."""

    language: str
    news: News = News.ALL
    timing: Timing = Timing.AT_ONCE
    browsers: int = 0
    phone: bool = False
    email: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How many people; somebody may get what is critical on two ways. All have it in their list of messages.

    `sms_later`: who get a text message, too, unless their phone shows the push within five minutes. `segments` and
    `segments_later`: what text messages count for. `only_list`: who get it nowhere else, as they wish. `nobody`: whom
    nothing reaches unless they look, as there is no browser, number or address.
    """

    people: int = 0
    push: int = 0
    email: int = 0
    sms: int = 0
    sms_later: int = 0
    segments: int = 0
    segments_later: int = 0
    only_list: int = 0
    nobody: int = 0
    price: Decimal = Decimal(0)

    @property
    def cost(self) -> Decimal:
        """Of what goes out at once."""
        return self.segments * self.price

    @property
    def cost_at_most(self) -> Decimal:
        return (self.segments + self.segments_later) * self.price


def reach(people: Iterable[Hearer], word: Word, *, segments: Mapping[str, int], price: Decimal) -> Reach:
    """`segments`: of the text message in each language; `price`: of one."""
    found = Reach(price=price)
    for each in people:
        found = _with(found, each, word, segments[each.language])
    return found


def _with(so_far: Reach, hearer: Hearer, word: Word, segments: int) -> Reach:
    possible = ways(word.importance, browsers=hearer.browsers, phone=hearer.phone, email=hearer.email)
    critical = word.importance == Importance.CRITICAL
    wanted = critical or (wants(hearer.news, word.importance) and hearer.timing != Timing.IN_THE_APP)
    found = possible if wanted else ()
    reachable = bool(hearer.browsers or hearer.phone or hearer.email)
    sms, later = Channel.SMS in found, critical and hearer.phone and Channel.SMS not in found
    return replace(
        so_far,
        people=so_far.people + 1,
        push=so_far.push + (Channel.PUSH in found),
        email=so_far.email + (Channel.EMAIL in found),
        sms=so_far.sms + sms,
        sms_later=so_far.sms_later + later,
        segments=so_far.segments + sms * segments,
        segments_later=so_far.segments_later + later * segments,
        only_list=so_far.only_list + (reachable and not found),
        nobody=so_far.nobody + (not reachable),
    )

"""Numbers and addresses that somebody typed in: how they are written, and by what others know them again."""

import re
from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.utils.crypto import salted_hmac

from notifications.models import Channel, Recipient, Subscription
from notifications.rules import Importance, ways

_DECORATION = re.compile(r"[\s()./\N{NO-BREAK SPACE}‐‑–-]")


def number_of(typed: str) -> str:
    """As the world writes it, if that can be said of what somebody typed: “00358 (40) 123-4567” is +358401234567."""
    plain = _DECORATION.sub("", typed)
    return f"+{plain[2:]}" if plain.startswith("00") else plain


def digest_of(address: str) -> str:
    """By which a delivery knows it. Numbers can all be tried, so nobody makes it without the server's secret key."""
    return salted_hmac("notifications.address", address, algorithm="sha256").hexdigest()


def masked(address: str) -> str:
    """So that whoever typed it in knows it again: “…67”, or “a…@home.example”."""
    name, at, host = address.rpartition("@")
    return f"{name[:1]}…@{host}" if at else f"…{address[-2:]}"


def is_on(channel: str) -> bool:
    """Whether anything goes out on this way from this server."""
    return bool({Channel.SMS: settings.SMS.on, Channel.EMAIL: settings.MAIL.on}.get(Channel(channel), True))


def typed_by(recipient: Recipient, channel: str) -> str:
    """Their number or address; "" when they have given none."""
    return {Channel.SMS: recipient.phone, Channel.EMAIL: recipient.email}[Channel(channel)]


def address_of(recipient: Recipient, channel: str) -> str:
    """Where a text message or an e-mail goes; "" when it goes nowhere."""
    return typed_by(recipient, channel) if is_on(channel) else ""


def addressed(people: Sequence[Recipient], importance: Importance) -> dict[UUID, list[tuple[Channel, str]]]:
    """On which ways a notice goes to each at first, and where to: a browser each, a number, an address."""
    browsers: dict[UUID, list[str]] = defaultdict(list)
    for whose, digest in Subscription.objects.filter(recipient__in=people).values_list("recipient", "digest"):
        browsers[whose].append(digest)
    return {each.pk: _addressed(each, browsers[each.pk], importance) for each in people}


def _addressed(recipient: Recipient, browsers: list[str], importance: Importance) -> list[tuple[Channel, str]]:
    typed = {each: address_of(recipient, each) for each in (Channel.SMS, Channel.EMAIL)}
    first = ways(importance, browsers=len(browsers), phone=bool(typed[Channel.SMS]), email=bool(typed[Channel.EMAIL]))
    ends = {Channel.PUSH: browsers, **{each: [digest_of(address)] for each, address in typed.items()}}
    return [(channel, end) for channel in first for end in ends[channel]]

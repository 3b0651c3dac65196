"""What somebody may wish for, and what a browser says of itself. Pure."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from notifications.rules import How, News, Timing

LONGEST = 1000  # characters of an address
POINT, SECRET = 65, 16  # bytes of the two keys of a browser (RFC 8291)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """`groups`: None for everything, else what is for these groups, for those of these links, and for everybody."""

    language: str
    news: News = News.ALL
    timing: Timing = Timing.AT_ONCE
    how: How = How.SILENT
    groups: tuple[str, ...] | None = None
    links: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Browser:
    """Where a browser gets pushes, and the keys by which only it can read them."""

    endpoint: str
    p256dh: str
    auth: str

    @property
    def digest(self) -> str:
        return digest_of(self.endpoint)


def digest_of(endpoint: str) -> str:
    """By which the same browser is never there twice."""
    return hashlib.sha256(endpoint.encode(errors="replace")).hexdigest()


def browser_of(said: Any) -> Browser | None:
    """As `PushSubscription.toJSON` has it; None for anything else."""
    keys = said.get("keys") if isinstance(said, Mapping) else None
    if not isinstance(keys, Mapping):
        return None
    found = (said.get("endpoint"), keys.get("p256dh"), keys.get("auth"))
    endpoint, p256dh, auth = (each if isinstance(each, str) else "" for each in found)
    if not _is_address(endpoint) or not _is_key(p256dh, POINT) or not _is_key(auth, SECRET):
        return None
    return Browser(endpoint=endpoint, p256dh=p256dh, auth=auth)


def _is_address(said: str) -> bool:
    if len(said) > LONGEST or not said.isascii() or not said.isprintable():
        return False
    try:
        url = urlsplit(said)
        return url.scheme in {"https", "http"} and bool(url.hostname)  # which addresses are asked, sending says
    except ValueError:
        return False


def _is_key(said: str, length: int) -> bool:
    """Base64url, without padding or with it."""
    bare = said.rstrip("=")
    try:
        return said.isascii() and len(base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))) == length
    except (binascii.Error, ValueError):
        return False

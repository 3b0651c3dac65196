"""Pure decisions of check-in: names, codes, windows and the fold of the ledger.

`frontend/src/rules/` holds the TypeScript twins; both run `tests/contract/vectors/*.json`.
"""

import base64
import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

Policy = Literal["once", "daily", "per_window", "in_out"]
Verb = Literal["arrive", "leave"]
State = Literal["present", "left"]

NO_WINDOW = ""
OUTSIDE_WINDOWS = "none"

# No letter or digit that can be mistaken for another in print or by hand: 24 of them, 4.58 bits each.
CODE_ALPHABET = "ACDEFGHJKMNPQRTVWXY34679"
CODE_LENGTH = 15  # 68 bits
CODE_GROUP = 5

_OURS = re.compile(f"[{CODE_ALPHABET}]{{{CODE_LENGTH}}}")
_SEPARATORS = str.maketrans("", "", " -")
# Letters that Unicode does not decompose into a base letter and a mark.
_LETTERS = str.maketrans(
    {
        "ß": "ss", "ẞ": "ss", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "ø": "o", "Ø": "o", "đ": "d", "Đ": "d",
        "ð": "d", "Ð": "d", "þ": "th", "Þ": "th", "ł": "l", "Ł": "l", "ı": "i", "İ": "i", "ħ": "h", "Ħ": "h",
        "ŋ": "n", "Ŋ": "n", "ς": "σ",
    }
)  # fmt: skip


def search_key(name: str) -> str:
    """`name` as words to search by: no accents, no case, no punctuation, single spaces."""
    decomposed = unicodedata.normalize("NFKD", name.translate(_LETTERS))
    letters = (
        char if unicodedata.category(char)[0] in "LN" else " "
        for char in decomposed
        if not unicodedata.category(char).startswith("M")
    )
    return " ".join("".join(letters).lower().translate(_LETTERS).split())


def canonical_code(code: str) -> str:
    """A code as it is hashed: ours without separators and in capitals, anybody else's byte for byte."""
    stripped = code.translate(_SEPARATORS).upper()
    return stripped if _OURS.fullmatch(stripped) else code


def printed_code(code: str) -> str:
    """A code as it is printed: ours in groups of five, anybody else's as it came."""
    canonical = canonical_code(code)
    if not _OURS.fullmatch(canonical):
        return canonical
    return "-".join(canonical[start : start + CODE_GROUP] for start in range(0, CODE_LENGTH, CODE_GROUP))


def credential_digest(event_id: str, code: str) -> str:
    """The first 128 bits of SHA-256(event id ":" canonical code), base64url without padding (22 characters)."""
    digest = hashlib.sha256(f"{event_id}:{canonical_code(code)}".encode()).digest()
    return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()


class Window(NamedTuple):
    """One half-open stretch of time [start, end) of a `per_window` checkpoint."""

    id: str
    start: datetime
    end: datetime


def window_at(*, policy: Policy, tz: str, windows: Sequence[Window], at: datetime) -> str:
    """The id of the window that a record with the corrected time `at` belongs to."""
    match policy:
        case "once" | "in_out":
            return NO_WINDOW
        case "daily":
            return at.astimezone(ZoneInfo(tz)).date().isoformat()
        case "per_window":
            return next((window.id for window in windows if window.start <= at < window.end), OUTSIDE_WINDOWS)


@dataclass(frozen=True, slots=True)
class Entry:
    """One arrive or leave of one subject at one checkpoint and window. `at` is the corrected time."""

    verb: Verb
    at: datetime
    seq: int
    id: str
    by: str

    @property
    def order(self) -> tuple[datetime, int, str]:
        return (self.at, self.seq, self.id)


@dataclass(frozen=True, slots=True)
class Presence:
    """What the entries of one subject at one checkpoint and window fold to."""

    state: State
    since: datetime
    by: str
    operation: str
    duplicates: int


def fold(
    *, policy: Policy, entries: Iterable[Entry], voided: Collection[str] = (), base: Presence | None = None
) -> Presence | None:
    """Presence after `entries`, the same for every order of them; None when nothing unvoided is left.

    `base` is what a device has pulled: an entry that is already visible there changes nothing.
    The server folds the whole ledger and has no base.
    """
    seen = base.operation if base else None
    base = _without_voided(base, voided)
    unvoided = [entry for entry in entries if entry.id not in voided and entry.id != seen]
    if policy == "in_out":
        return _latest(unvoided, base)
    return _admission([entry for entry in unvoided if entry.verb == "arrive"], base)


def _without_voided(base: Presence | None, voided: Collection[str]) -> Presence | None:
    if base is None or base.operation not in voided:
        return base
    if base.duplicates == 0:
        return None
    return Presence(base.state, base.since, base.by, base.operation, base.duplicates - 1)


def _admission(arrivals: list[Entry], base: Presence | None) -> Presence | None:
    known = 1 + base.duplicates if base else 0
    duplicates = known + len(arrivals) - 1
    first = min(arrivals, key=lambda entry: entry.order, default=None)
    if base and (first is None or base.since <= first.at):
        return Presence("present", base.since, base.by, base.operation, duplicates)
    return Presence("present", first.at, first.by, first.id, duplicates) if first else None


def _latest(entries: list[Entry], base: Presence | None) -> Presence | None:
    if base is None and all(entry.verb == "leave" for entry in entries):
        return None  # nobody can have left who never came
    last = max(entries, key=lambda entry: entry.order, default=None)
    if last is None or (base and base.since > last.at):
        return base
    return Presence("present" if last.verb == "arrive" else "left", last.at, last.by, last.id, 0)

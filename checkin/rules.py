"""Pure decisions of check-in: names, codes, windows and the fold of the ledger.

`frontend/src/rules/` holds the TypeScript twins; both run `tests/contract/vectors/*.json`.
"""

import base64
import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import takewhile
from operator import attrgetter
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

Policy = Literal["once", "daily", "per_window", "in_out"]
Verb = Literal["arrive", "leave"]
State = Literal["present", "left"]

NO_WINDOW = ""
OUTSIDE_WINDOWS = "none"
SLOT_LENGTH = 50
EXPECTED = "expected"

# No letter or digit that can be mistaken for another in print or by hand: 24 of them, 4.58 bits each.
CODE_ALPHABET = "ACDEFGHJKMNPQRTVWXY34679"
CODE_LENGTH = 15  # 68 bits
CODE_GROUP = 5

# What a guardian says: 37 bits. Three guesses at a door mean nothing against them; the iterations are against whoever
# takes the hashes home (docs/protocol.md, section 10, says how far).
RELEASE_LENGTH = 8
RELEASE_ITERATIONS = 600_000

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


def greeting_name(name: str, given: str) -> str:
    """What a greeting calls somebody: what they are called, if that is known; else the first word, or the first one
    after the comma in “family name, given name”."""
    if given:
        return given
    first, comma, second = name.partition(",")
    words = (second if comma and second.strip() else first).split()
    return words[0] if words else ""


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


def printed_release_code(code: str) -> str:
    """In two halves, as it is read aloud."""
    return f"{code[: RELEASE_LENGTH // 2]}-{code[RELEASE_LENGTH // 2 :]}"


def release_hash(code: str, *, salt: str, iterations: int) -> str:
    """PBKDF2 with HMAC-SHA-256 of a release code, however it was typed: 256 bits in base64url without padding.

    `salt` is base64url without padding, too.
    """
    typed = code.translate(_SEPARATORS).upper().encode()
    salted = base64.urlsafe_b64decode(salt + "=" * (-len(salt) % 4))
    derived = hashlib.pbkdf2_hmac("sha256", typed, salted, iterations)
    return base64.urlsafe_b64encode(derived).rstrip(b"=").decode()


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


in_order = attrgetter("at", "seq", "id")  # of whatever was said, and when it happened by corrected time (protocol 3.7)


class Entry(NamedTuple):
    """One arrive or leave of one subject at one checkpoint and window. `at` is the corrected time."""

    verb: Verb
    at: datetime
    seq: int
    id: str
    by: str
    slot: str = ""
    phone: str = ""


class Presence(NamedTuple):
    """What the entries of one subject at one checkpoint and window fold to."""

    state: State
    since: datetime
    by: str
    operation: str
    duplicates: int
    slot: str = ""
    phone: str = ""

    @property
    def holds(self) -> str:
        """The place that it keeps from others; empty when it has none, or was left."""
        return self.slot if self.state == "present" else ""


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
    return base._replace(duplicates=base.duplicates - 1)


def _admission(arrivals: list[Entry], base: Presence | None) -> Presence | None:
    known = 1 + base.duplicates if base else 0
    duplicates = known + len(arrivals) - 1
    first = min(arrivals, key=in_order, default=None)
    if base and (first is None or base.since <= first.at):
        return base._replace(state="present", duplicates=duplicates)
    return Presence("present", first.at, first.by, first.id, duplicates, first.slot, first.phone) if first else None


def _latest(entries: list[Entry], base: Presence | None) -> Presence | None:
    if base is None and all(entry.verb == "leave" for entry in entries):
        return None  # nobody can have left who never came
    last = max(entries, key=in_order, default=None)
    if last is None or (base and base.since > last.at):
        return base
    return Presence("present" if last.verb == "arrive" else "left", last.at, last.by, last.id, 0, last.slot, last.phone)


def slot_holders(presences: Mapping[str, Presence]) -> dict[str, list[str]]:
    """Who holds each slot of one checkpoint and window, by subject: who was first comes first. One is enough."""
    holders: dict[str, list[str]] = {}
    for subject, presence in sorted(presences.items(), key=lambda each: (each[1].since, each[0])):
        if presence.holds:
            holders.setdefault(presence.holds, []).append(subject)
    return holders


def objections(*, admits: Mapping[str, Sequence[str]], standing: str, role: str, delegation: str) -> tuple[str, ...]:
    """What speaks against letting somebody in: flags of an arrival, and reasons of a refusal."""
    barred = () if _admitted(admits, role, delegation) else ("not_admitted",)
    return barred if standing == EXPECTED else (standing, *barred)


def _admitted(admits: Mapping[str, Sequence[str]], role: str, delegation: str) -> bool:
    """Whoever has one of the roles and is of one of the delegations; a list that is not there asks for nothing."""
    asked = ((admits.get("roles"), role), (admits.get("delegations"), delegation))
    return all(_alike(text) in map(_alike, wanted) for wanted, text in asked if wanted)


def _alike(text: str) -> str:
    """Lists are typed by people: neither case nor accents matter."""
    return search_key(text) or text


class HoldEntry(NamedTuple):
    """One hold or release of a person; `desk` is empty when it was lifted. `at` is the corrected time."""

    desk: str
    at: datetime
    seq: int
    id: str


def desk_after(entries: Iterable[HoldEntry]) -> str:
    """Where a person must go first, by the latest of `entries` in order; empty for nobody's hold."""
    last = max(entries, key=in_order, default=None)
    return last.desk if last else ""


class Try(NamedTuple):
    """One release code that somebody said of a person. `at` is the corrected time."""

    right: bool
    at: datetime
    seq: int
    id: str


def wrong_in_a_row(tries: Iterable[Try]) -> list[Try]:
    """The wrong ones that no right one comes after, in order."""
    ordered = sorted(tries, key=in_order)
    right = max((index for index, each in enumerate(ordered) if each.right), default=-1)
    return ordered[right + 1 :]


class Merge(NamedTuple):
    """Somebody said that `person` is `into`; that a person is themselves takes it back. `at` is the corrected time."""

    person: str
    into: str
    at: datetime
    seq: int
    id: str


def identities(merges: Iterable[Merge], known: Collection[str]) -> dict[str, str]:
    """Who is somebody else, and who they are: the same for every order of `merges`.

    A chain is followed to its last person who is `known`, on the roster; nobody is merged into somebody who is not.
    """
    follows = in_force(merges)
    ends = {person: [each.into for each in _chain(follows, person) if each.into in known] for person in follows}
    return {person: found[-1] for person, found in ends.items() if found}


def in_force(merges: Iterable[Merge]) -> dict[str, Merge]:
    """The merge that counts of each person: the latest; where they go round in a circle, the oldest does not."""
    latest: dict[str, Merge] = {}
    for merge in sorted(merges, key=in_order):
        latest[merge.person] = merge
    follows: dict[str, Merge] = {}
    for merge in sorted(latest.values(), key=in_order, reverse=True):
        if merge.person not in {merge.into, *(each.into for each in _chain(follows, merge.into))}:
            follows[merge.person] = merge
    return follows


def known_as(person: str, follows: Mapping[str, Merge], at: datetime) -> str:
    """Who somebody was by what had been said at that moment; `follows`: the merges in force."""
    for merge in takewhile(lambda merge: merge.at <= at, _chain(follows, person)):
        person = merge.into
    return person


def _chain(follows: Mapping[str, Merge], person: str) -> Iterator[Merge]:
    """The merges of `person`, of whom they are, and so on. It has no circle."""
    while (merge := follows.get(person)) is not None:
        yield merge
        person = merge.into

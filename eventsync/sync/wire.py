"""Reading a push: from bytes to operations, strictly, with the exact bytes of each kept."""

import hashlib
import json
import re
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
import orjson

from eventsync.sync.errors import ApiError

PROTOCOL = 1
MAX_OPERATIONS = 500
MAX_BYTES = 1024 * 1024
MAX_OPERATION_BYTES = 16 * 1024
MAX_INTEGER = 2**53

UUID_PATTERN = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
Id = Annotated[str, msgspec.Meta(pattern=UUID_PATTERN, max_length=36)]  # "$" alone lets a newline pass
Count = Annotated[int, msgspec.Meta(ge=1, le=MAX_INTEGER)]

_ID = re.compile(UUID_PATTERN)
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_USUAL_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:[0-5]\d\.\d{3}Z", re.ASCII)  # in UTC and cut already
_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
_ALL_ZERO = bytes.maketrans(b"123456789", b"000000000")


class Envelope(msgspec.Struct):
    """The body of a push. What follows `sent_at` is of any shape: `heartbeat` reads it, and never fails the batch."""

    operations: list[msgspec.Raw]
    protocol: int = 1
    sent_at: str | None = None
    pending: Any = msgspec.UNSET
    oldest_unsent: Any = msgspec.UNSET
    roster_version: Any = msgspec.UNSET
    storage_persisted: Any = msgspec.UNSET
    battery: Any = msgspec.UNSET
    holder: Any = msgspec.UNSET
    checksum_mismatch: Any = msgspec.UNSET


class Header(msgspec.Struct):
    """The members of an operation that every kind has."""

    id: Id
    kind: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    seq: Count
    occurred_at: str
    payload: dict[str, Any]
    offset_ms: Annotated[int, msgspec.Meta(ge=-MAX_INTEGER, le=MAX_INTEGER)] | None = None
    actor: str | None = None
    refers_to: Id | None = None
    device: Id | None = None


class Received(msgspec.Struct, frozen=True):
    """One operation as it came: `members` is None when it can be read but never be stored (`unstorable`).

    `device`: who wrote it, as whoever brought it says, in any shape; empty when it does not say.
    """

    id: str
    raw: bytes
    hash: str
    members: dict[str, Any] | None
    canonical: str
    device: str


_envelopes = msgspec.json.Decoder(Envelope)
_members = msgspec.json.Decoder(dict[str, Any])


def read_envelope(body: bytes) -> Envelope:
    """The envelope with each operation's own bytes; ApiError `malformed` or `too_large`."""
    if len(body) > MAX_BYTES:
        raise too_large("The batch is larger than 1 MiB.")
    try:
        envelope = _decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise ApiError("malformed", "The batch is not JSON of the right shape.", reason=str(error)[:200]) from error
    if len(envelope.operations) > MAX_OPERATIONS:
        raise too_large(f"The batch has {len(envelope.operations)} operations; 500 is the most.")
    if any(len(memoryview(raw)) > MAX_OPERATION_BYTES for raw in envelope.operations):
        raise too_large("One operation is larger than 16 KiB.")
    return envelope


def read_json(body: bytes) -> object:
    """Any JSON; ApiError `malformed` when it is none."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise ApiError("malformed", "The request cannot be read as JSON.") from error


def too_large(message: str) -> ApiError:
    limits = {"max_operations": MAX_OPERATIONS, "max_bytes": MAX_BYTES, "max_operation_bytes": MAX_OPERATION_BYTES}
    return ApiError("too_large", message, **limits)


def _decode(body: bytes) -> Envelope:
    """msgspec refuses a whole batch for one unpaired surrogate: such escapes are masked, same length, to cut it up."""
    if not _SURROGATE_ESCAPE.search(body):
        return _envelopes.decode(body)
    masked = _SURROGATE_ESCAPE.sub(rb"\\u0000", body)
    envelope = _envelopes.decode(masked)
    start, originals = 0, []
    for raw in map(bytes, envelope.operations):
        start = masked.index(raw, start)
        originals.append(msgspec.Raw(body[start : start + len(raw)]))
        start += len(raw)
    envelope.operations = originals
    return envelope


def read_operation(raw: bytes) -> Received:
    """One operation; ApiError `malformed` when it has no valid id."""
    try:
        members = _members.decode(raw)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return _unstorable(raw, _salvaged(raw))
    if not is_id(members.get("id")):
        raise _no_id()
    if _suspicious(raw) and not _storable(members):
        return _unstorable(raw, members)
    try:
        canonical = orjson.dumps(_identity(members), option=orjson.OPT_SORT_KEYS)
    except TypeError:  # nested deeper than anything that we would ever read again
        return _unstorable(raw, members)
    return Received(members["id"], raw, _digest(canonical), members, canonical.decode(), _author(members))


def _suspicious(raw: bytes) -> bool:
    """Whether there may be a NUL or an integer beyond 2^53: worth looking at each member."""
    return b"\\u0000" in raw or b"0" * 16 in raw.translate(_ALL_ZERO)


def _identity(members: dict[str, Any]) -> dict[str, Any]:
    """What two bodies must share to be the same: all but the author's id, which carriers add, and nulls."""
    return {name: value for name, value in members.items() if value is not None and name != "device"}


def _salvaged(raw: bytes) -> object:
    try:
        return json.loads(raw.decode(errors="replace"), parse_int=_integer)
    except (ValueError, RecursionError) as error:
        raise _no_id() from error


def _integer(digits: str) -> int | str:
    """Python reads no more digits than 4,300: of a longer number they stay as they are."""
    try:
        return int(digits)
    except ValueError:
        return digits


def _unstorable(raw: bytes, members: object) -> Received:
    if not isinstance(members, dict) or not is_id(members.get("id")):
        raise _no_id()
    try:
        plain = json.dumps(_identity(members), sort_keys=True, separators=(",", ":")).encode()
    except RecursionError:
        plain = raw
    return Received(members["id"], raw, _digest(plain), None, "", _author(members))


def _digest(said: bytes) -> str:
    return hashlib.sha256(said).hexdigest()


def _author(members: dict[str, Any]) -> str:
    return str(members.get("device") or "")


def is_id(value: object) -> bool:
    """Whether this is a UUID in lower-case canonical form, the only form there is on the wire."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def _no_id() -> ApiError:
    return ApiError("malformed", "An operation has no valid id.")


def _storable(value: object) -> bool:
    match value:
        case str():
            return "\0" not in value
        case bool() | None | float():
            return True
        case int():
            return abs(value) <= MAX_INTEGER
        case list():
            return all(map(_storable, value))
        case dict():
            return all(map(_storable, value)) and all(map(_storable, value.values()))
    return True


def read_time(text: str) -> datetime:
    """An RFC 3339 time, in UTC and cut to milliseconds; ValueError when it is not one."""
    if _USUAL_TIME.fullmatch(text):
        return datetime.fromisoformat(text)
    if not _TIME.fullmatch(text):
        raise ValueError(f"{text!r} is not an RFC 3339 time")
    # A leap second is the one before it to every clock that we compare with.
    moment = datetime.fromisoformat((text[:17] + "59" + text[19:] if text[17:19] == "60" else text).upper())
    try:
        return to_milliseconds(moment.astimezone(UTC))
    except OverflowError as error:
        raise ValueError(f"{text!r} is outside the calendar") from error


def to_milliseconds(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def write_time(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds: 2026-11-22T10:00:00.000Z."""
    return (moment if moment.tzinfo is UTC else moment.astimezone(UTC)).isoformat(timespec="milliseconds")[:-6] + "Z"

"""Reading an exported outbox: NDJSON, a header and then one operation a line. It may be huge, torn or strange."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec

from eventsync.sync.errors import ApiError
from eventsync.sync.wire import MAX_OPERATION_BYTES, Id, Received, is_id, read_operation

FORMAT, VERSION = "eventsync-outbox", 1
MOST_TOLD = 100  # unreadable lines that are told one by one
_LONGEST = MAX_OPERATION_BYTES + 64  # the file names the author in each operation, which a push need not
_MARK = b"\xef\xbb\xbf"  # some editors begin UTF-8 with it


class Source(Protocol):
    """A file that was opened for reading bytes."""

    def seek(self, offset: int, /) -> object: ...

    def readline(self, most: int, /) -> bytes: ...


class OutboxError(Exception):
    """Why nothing of a file can be brought in: one sentence for a person."""


class EventRef(msgspec.Struct):
    """The event that the file says it is of."""

    id: Id
    slug: str = ""


class Header(msgspec.Struct):
    """The first line. `count`: how many operations there should be; `device`: the phone that made the file."""

    format: str
    version: Any
    device: Id
    event: EventRef | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One operation and the id of the device that wrote it."""

    author: str
    received: Received


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line that is no operation."""

    line: int
    why: str


@dataclass
class Outbox:
    """A file while it is read, line by line: `operations` fills in the rest."""

    file: Source
    header: Header = field(init=False)
    count: int = 0  # operations so far, unreadable ones too
    unreadable: int = 0
    told: list[Unreadable] = field(default_factory=list)

    def __post_init__(self) -> None:
        """OutboxError when the file is none of ours, or of a version that this server does not know."""
        self.file.seek(0)
        self.header = _header(self.file.readline(_LONGEST))

    @property
    def missing(self) -> int:
        """How many operations the file should have and has not: it was cut off."""
        return max(0, (self.header.count or 0) - self.count)

    def operations(self) -> Iterator[Entry]:
        for number, line in enumerate(_lines(self.file), 2):
            if not line.strip():
                continue
            self.count += 1
            try:
                yield self._entry(line)
            except _NoOperation as error:
                self.unreadable += 1
                if len(self.told) < MOST_TOLD:
                    self.told.append(Unreadable(number, str(error)))

    def _entry(self, line: bytes) -> Entry:
        if len(line.strip()) > _LONGEST:
            raise _NoOperation(f"It is longer than {MAX_OPERATION_BYTES // 1024} KiB.")
        try:
            received = read_operation(line.strip())
        except ApiError as error:
            raise _NoOperation("It is no whole record with an id.") from error
        author = (received.members or {}).get("device") or self.header.device
        if not is_id(author):
            raise _NoOperation("It does not say which phone recorded it.")
        return Entry(author, received)


class _NoOperation(Exception):
    """Why a line is unreadable."""


def _header(line: bytes) -> Header:
    if not line.strip():
        raise OutboxError("The file is empty.")
    try:
        header = msgspec.json.decode(line.removeprefix(_MARK), type=Header)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise OutboxError("This is no exported outbox: its first line does not say so, or is torn.") from error
    if header.format != FORMAT:
        raise OutboxError("This is no exported outbox: its first line names another format.")
    if type(header.version) is not int or header.version != VERSION:
        raise OutboxError(
            f"The file is of version {header.version!r}, and this server reads version {VERSION}. Update the server."
        )
    return header


def _lines(file: Source) -> Iterator[bytes]:
    """Line by line. Of one that is too long only the beginning: it may be as large as the disk."""
    while line := file.readline(_LONGEST + 2):
        rest = line
        while rest and not rest.endswith(b"\n"):
            rest = file.readline(1024 * 1024)
        yield line

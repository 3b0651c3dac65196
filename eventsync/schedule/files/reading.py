"""Reads a file of any kind that is known. What it is shows in its bytes, not in its name."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from eventsync.schedule import sheets
from eventsync.schedule.files import frab, voc
from eventsync.schedule.files.content import Content, FileError
from eventsync.schedule.models import Event, Venue
from eventsync.schedule.plan import incoming
from eventsync.schedule.plan.incoming import Preview, Problem

MAX_BYTES = 10 * 1024**2


class Kind(NamedTuple):
    """`begins`: whether a file that begins so, without marks and blanks, is one."""

    begins: Callable[[bytes], bool]
    read: Callable[[Event, str, bytes], Content]


KINDS = (
    Kind(lambda start: start.startswith(b"<"), frab.read),  # XML of frab or pretalx
    Kind(lambda start: start.startswith(b"{"), voc.read),  # JSON of c3voc or pretalx
    Kind(lambda _: True, sheets.read),  # CSV and XLSX
)


def read_schedule(event: Event, name: str, content: bytes) -> Content:
    """What the file says of the event's activities. `name`: for messages. FileError: why it cannot be read."""
    if len(content) > MAX_BYTES:
        raise FileError(f"{name} is larger than {MAX_BYTES // 1024**2} MB.")
    if not content.strip():
        raise FileError(f"{name} is empty.")
    start = _start(content)
    return next(kind for kind in KINDS if kind.begins(start)).read(event, name, content)


def look(event: Event, content: Content, *, venue: Venue | None = None) -> Preview:
    """What a file would do to the draft, with all that is wrong with it: of a sheet, in the order of its rows."""
    what = incoming.plan(event, content.items, venue=venue)
    if not content.problems:
        return what
    return replace(what, problems=sorted([*content.problems, *what.problems], key=_row_of))


def _row_of(problem: Problem) -> int:
    row = re.match(r"Row (\d+)", problem.where)
    return int(row[1]) if row else 0


def _start(content: bytes) -> bytes:
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if content.startswith(mark):
            return content[2:102].decode(encoding, "replace").strip().encode()
    return content[:1000].removeprefix(b"\xef\xbb\xbf").lstrip()[:100]

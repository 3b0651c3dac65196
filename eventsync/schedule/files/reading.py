"""Reads a file of any kind that is known. What it is shows in its bytes, not in its name."""

from collections.abc import Callable
from typing import NamedTuple

from eventsync.schedule.files import frab, voc
from eventsync.schedule.files.content import Content, FileError
from eventsync.schedule.models import Event

MAX_BYTES = 10 * 1024**2


class Kind(NamedTuple):
    """`what`: for people. `begins`: whether a file that begins so, without marks and blanks, is one."""

    what: str
    begins: Callable[[bytes], bool]
    read: Callable[[Event, str, bytes], Content]


KINDS = (
    Kind("XML of frab or pretalx (schedule.xml)", lambda start: start.startswith(b"<"), frab.read),
    Kind("JSON of c3voc or pretalx (schedule.json)", lambda start: start.startswith(b"{"), voc.read),
)


def read_schedule(event: Event, name: str, content: bytes) -> Content:
    """What the file says of the event's activities. `name`: for messages. FileError: why it cannot be read."""
    if len(content) > MAX_BYTES:
        raise FileError(f"{name} is larger than {MAX_BYTES // 1024**2} MB.")
    if not content.strip():
        raise FileError(f"{name} is empty.")
    start = _start(content)
    for kind in KINDS:
        if kind.begins(start):
            return kind.read(event, name, content)
    raise FileError(f"{name} is none of these: {'; '.join(kind.what for kind in KINDS)}.")


def _start(content: bytes) -> bytes:
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if content.startswith(mark):
            return content[2:102].decode(encoding, "replace").strip().encode()
    return content[:1000].removeprefix(b"\xef\xbb\xbf").lstrip()[:100]

"""Reads frab's `schedule.xml`. A document type is refused: so no entity can grow, or lead elsewhere."""

from typing import Any
from xml.parsers import expat

from eventsync.schedule.files.conference import Talk, content_of
from eventsync.schedule.files.content import Content, FileError
from eventsync.schedule.models import Event
from eventsync.schedule.plan.incoming import MOST

DEEPEST = 20
_TEXTS = {"room", "title", "subtitle", "abstract", "description", "track", "language", "date", "start", "duration"}


class _Refused(Exception):
    """Why it was not read to its end, in one sentence, of which the name of the file is the beginning."""


class _Reading:
    """What was read up to now: `path` are the elements that are open."""

    def __init__(self) -> None:
        self.generator, self.root, self.talks = "", "", list[Talk]()
        self._path, self._text = list[str](), list[str]()
        self._day, self._room = dict[str, str](), dict[str, str]()
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text.append

    def feed(self, content: bytes) -> None:
        self._parser.Parse(content, True)

    def _refuse(self, *_: Any) -> None:
        raise _Refused("declares a document type, which no schedule needs. It is not read")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.root = self.root or name
        self._path.append(name)
        self._text.clear()
        if len(self._path) > DEEPEST:
            raise _Refused(f"is no schedule: line {self._parser.CurrentLineNumber} is {DEEPEST} elements deep")
        match self._path[1:]:
            case ["generator"]:
                self.generator = attributes.get("name", "")
            case ["day"]:
                self._day, self._room = attributes, {}
            case ["day", "room"]:
                self._room = attributes
            case ["day", "room", "event"] | ["day", "event"]:  # old ones of pentabarf say the room in the event alone
                self._talk(attributes)

    def _talk(self, attributes: dict[str, str]) -> None:
        if len(self.talks) >= MOST:
            raise _Refused(f"has more than {MOST:,} activities. Cut it up")
        talk = Talk(
            where=f"Line {self._parser.CurrentLineNumber}",
            guid=attributes.get("guid", ""),
            id=attributes.get("id", ""),
            room=self._room.get("name", ""),
            room_guid=self._room.get("guid", ""),
            day=self._day.get("date", ""),
            day_start=self._day.get("start", ""),
        )
        self.talks.append(talk)

    def _end(self, name: str) -> None:
        text = "".join(self._text).strip()
        match self._path[1:]:
            case ["day", "room", "event", text_of] | ["day", "event", text_of] if text_of in _TEXTS and text:
                setattr(self.talks[-1], text_of, text)
            case ["day", "room", "event", "persons", "person"] | ["day", "event", "persons", "person"] if text:
                self.talks[-1].persons.append(text)
        self._path.pop()
        self._text.clear()


def read(event: Event, name: str, content: bytes) -> Content:
    reading = _Reading()
    try:
        reading.feed(content)
    except _Refused as why:
        raise FileError(f"{name} {why}.") from why
    except expat.ExpatError as error:
        raise FileError(f"{name} is no XML that can be read: something is wrong in line {error.lineno}.") from error
    except (ValueError, LookupError) as error:
        raise FileError(f"{name} is in an encoding that is not known here. Save it as UTF-8.") from error
    if reading.root != "schedule":
        raise FileError(f"{name} is XML, but no schedule: it begins with “{reading.root[:40]}”.")
    if not reading.talks:
        raise FileError(f"{name} has no activities.")
    return content_of(event, name, reading.generator, reading.talks)
